using System.CommandLine;

namespace CrCache.Cli.Commands;

/// <summary>A short lesson.</summary>
internal sealed class QuickstartCommand : Command
{
    private const string Lesson =
        """
        crcache leases compute resources: places to run commands, one user at a time.

        1. There is always a source called local: this machine, once.

             $ crcache acquire
             local-0
             $ crcache run local-0 echo hello
             hello
             $ crcache release local-0

        2. A source is a directory with a file source.conf, in ~/.config/crcache/sources
           or, for one project, in .crcache/sources beside its files. Four places on this
           machine, of which two are kept ready:

             $ mkdir -p .crcache/sources/four
             $ printf '[DEFAULT]\ntype=local\nmaximum=4\nreserve=2\n' > .crcache/sources/four/source.conf
             $ crcache -s four acquire 2
             four-0 four-1
             $ crcache status four
             source  cached  in-use max
             four    0       2      4

        3. Work with what you acquired, and give it back:

             $ crcache cp ./data four-0:/tmp
             $ crcache run four-0 ls /tmp/data
             $ crcache run four-0            a shell there
             $ crcache release four-0 four-1

        In a script:

             names=$(crcache -s four acquire 2 --while-pid $$) || exit
             for name in $names; do crcache run "$name" make check & done; wait
             crcache release $names

        Nothing free is exit code 75, with a line for each holder. 'crcache doctor' says what
        works on this machine, 'crcache help COMMAND' explains a command.

        """;

    public QuickstartCommand()
        : base("quickstart", "A short lesson in using crcache") => SetAction(_ =>
        {
            Output.Write(Lesson);
            return ExitCodes.Done;
        });
}
