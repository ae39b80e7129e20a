using System.Diagnostics;
using System.Runtime.InteropServices;

namespace CrCache.Bench;

/// <summary>
/// Times a whole process. The runtime's own Process class takes longer to start one than the things measured here take to
/// run, so this is posix_spawn(3) and waitpid(2), and nothing else, between two readings of the clock.
/// </summary>
internal sealed unsafe partial class Spawn : IDisposable
{
    private const int OpenWriteCreateTruncate = 0x1 | 0x40 | 0x200;

    private readonly byte** _environment;

    // Opaque: 80 bytes in glibc, 128 in musl.
    private readonly void* _actions = NativeMemory.AllocZeroed(512);

    /// <param name="environment">The whole environment of what is started.</param>
    /// <param name="output">The file that its standard output goes to.</param>
    public Spawn(IEnumerable<KeyValuePair<string, string>> environment, string output)
    {
        _environment = Strings([.. environment.Select(e => $"{e.Key}={e.Value}")]);
        Check(InitialiseActions(_actions));
        Check(AddOpen(_actions, 0, "/dev/null", 0, 0));
        Check(AddOpen(_actions, 1, output, OpenWriteCreateTruncate, 0x180));
    }

    /// <summary>Runs a program to its end.</summary>
    /// <returns>The time from before its start to after its end, in milliseconds.</returns>
    public double Milliseconds(params string[] arguments)
    {
        var argv = Strings(arguments);
        try
        {
            var start = Stopwatch.GetTimestamp();
            Check(PosixSpawn(out var process, arguments[0], _actions, null, argv, _environment));
            _ = WaitProcess(process, out var status, 0);
            var elapsed = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            return status == 0
                ? elapsed
                : throw new InvalidOperationException($"'{string.Join(' ', arguments)}' ended with status {status >> 8} (signal {status & 127})");
        }
        finally
        {
            Free(argv);
        }
    }

    public void Dispose()
    {
        Free(_environment);
        NativeMemory.Free(_actions);
    }

    private static byte** Strings(string[] texts)
    {
        var strings = (byte**)NativeMemory.AllocZeroed((nuint)(texts.Length + 1), (nuint)sizeof(byte*));
        for (var i = 0; i < texts.Length; i++)
            strings[i] = (byte*)Marshal.StringToCoTaskMemUTF8(texts[i]);
        return strings;
    }

    private static void Free(byte** strings)
    {
        for (var s = strings; *s is not null; s++)
            Marshal.FreeCoTaskMem((nint)(*s));
        NativeMemory.Free(strings);
    }

    private static void Check(int error)
    {
        if (error != 0)
            throw new InvalidOperationException(Marshal.GetPInvokeErrorMessage(error));
    }

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    private static partial int InitialiseActions(void* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addopen", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int AddOpen(void* actions, int descriptor, string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "posix_spawn", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int PosixSpawn(out int process, string path, void* actions, void* attributes, byte** arguments, byte** environment);

    [LibraryImport("libc", EntryPoint = "waitpid")]
    private static partial int WaitProcess(int process, out int status, int options);
}
