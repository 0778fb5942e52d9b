/* Reads a policy from its folder, and what it extends from the folders beside it. */
#ifndef DOUDI_EXCHANGE_POLICY_FOLDER_H
#define DOUDI_EXCHANGE_POLICY_FOLDER_H

#include "lang/policy.h"

/* The compiled policy, or one that is not compiled and whose diagnostics tell why. NULL when memory has run out; or
 * when the folder cannot be read, and then a diagnostic is added to `failures`. A policy `extends x_y` is looked for as
 * x-y beside the folder, one floor up, and in its subfolders. */
struct policy *policy_read_folder(const char *folder, struct diagnostics *failures);

#endif
