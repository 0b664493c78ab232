#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# images: hostile
# needs: vm
# receive.sh on the kernel of the suite, which may be too old to refuse descriptors: then a separate process receives.

. "${0%/*}/receive.sh"
