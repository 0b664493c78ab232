/* SPDX-License-Identifier: Apache-2.0 */
/* Whether an image is signed by a key that is trusted for its name, and if not, why and what to do. */
#pragma once

#include "gpg.h"
#include "keystore.h"

/* Compares the file that read gives with its signatures (what openpgp_read_signatures() gave). One good
 * signature by a key that may sign the image of that name is enough, but none by such a key may be of other
 * bytes. ret (gpg_key_done()) is the key that signed. -EKEYREJECTED: the image is not to be used, and reterr
 * says why.
 *
 * Runs gpg: call this without privilege, in a process that is good for little else afterwards. */
int image_signature_verify(const Keystore *keystore, const char *image, const OpenpgpData *signatures,
                           GpgRead read, void *userdata, GpgKey *ret, Error *reterr);

/* Reads a key file of the keystore: the first key in it, which must be what the file's name says. The key
 * lies in data. -EBADMSG, -EKEYREJECTED: it is not. */
int trusted_key_read(const Keystore *keystore, const TrustedKey *trusted, OpenpgpData *data, OpenpgpKey *ret,
                     Error *reterr);
