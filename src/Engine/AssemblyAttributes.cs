using System.Runtime.InteropServices;

// The C library is the system's own; nothing is looked for beside the assembly.
[assembly: DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
