/* SPDX-License-Identifier: Apache-2.0 */
/* Says which rights an image gives to its app itself, beyond what apps have: whoever runs it may not know. */
#pragma once

#include "appc/app.h"
#include "prepare/pod-options.h"

/* app is still the image's; what options say is theirs to know. */
void image_rights_tell(const App *app, const AppOptions *options);
