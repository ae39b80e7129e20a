using System.Globalization;

namespace CrCache.Cli;

/// <summary>A command with places for an input: <c>{}</c> is the input, <c>{#}</c> its number from 1, <c>{%}</c> the slot's on its resource, from 1.</summary>
internal sealed class MapTemplate
{
    private const string Input = "{}";

    private readonly string[] _command;

    /// <summary>A template; the input comes last where nothing says where.</summary>
    /// <exception cref="UsageException">There is no command.</exception>
    public MapTemplate(string[] command)
    {
        if (command is [])
            throw new UsageException("map needs a command: crcache map -s SOURCE -- COMMAND {}");
        _command = command.Any(a => a.Contains(Input, StringComparison.Ordinal)) ? command : [.. command, Input];
    }

    /// <summary>The command for an input. The input is put in once, whatever it holds.</summary>
    public IReadOnlyList<string> For(string input, int number, int slot) => [.. _command.Select(a => Fill(a, input, number, slot))];

    /// <summary>The command as it was given.</summary>
    public override string ToString() => string.Join(' ', _command);

    private static string Fill(string argument, string input, int number, int slot)
    {
        if (!argument.Contains('{', StringComparison.Ordinal))
            return argument;
        System.Text.StringBuilder text = new(argument.Length + input.Length);
        for (var i = 0; i < argument.Length;)
        {
            var (mark, value) = argument.AsSpan(i) switch
            {
                ['{', '}', ..] => (Input, input),
                ['{', '#', '}', ..] => ("{#}", number.ToString(CultureInfo.InvariantCulture)),
                ['{', '%', '}', ..] => ("{%}", slot.ToString(CultureInfo.InvariantCulture)),
                var rest => ("?", rest[..1].ToString()),
            };
            _ = text.Append(value);
            i += mark.Length;
        }

        return text.ToString();
    }
}
