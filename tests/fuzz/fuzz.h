/* SPDX-License-Identifier: Apache-2.0 */
/* What each fuzzer defines and libFuzzer calls with inputs. */
#pragma once

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
