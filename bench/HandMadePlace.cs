using CrCache.Lab;

namespace CrCache.Bench;

/// <summary>Makes, resets and discards a place by hand, one script each, and times it.</summary>
internal sealed class HandMadePlace : IDisposable
{
    private readonly Spawn _spawn;
    private readonly string _directory;
    private readonly string _said;
    private readonly string _make;
    private readonly string _reset;
    private readonly string _discard;
    private string[] _enter = [];
    private bool _isThere;

    public HandMadePlace(TestHome home, ByHand hand, Spawn spawn, string said)
    {
        _spawn = spawn;
        _said = said;
        _directory = Directory.CreateDirectory(home.Combine("by-hand")).FullName;
        _make = Script(home, "make", hand.Make);
        _reset = Script(home, "reset", $"{hand.Discard}\n{hand.Make}");
        _discard = Script(home, "discard", hand.Discard);
    }

    /// <summary>Makes it.</summary>
    public double Make() => Making(_make);

    /// <summary>Runs a command in it, by the bare way in.</summary>
    public double Run(string command) => _spawn.Milliseconds([.. _enter, command]);

    /// <summary>Discards it and makes it anew: by hand there is no other way to have it as it was.</summary>
    public double Reset() => Making(_reset);

    /// <summary>Discards it.</summary>
    public double Discard()
    {
        var time = _spawn.Milliseconds(_discard, _directory);
        _isThere = false;
        return time;
    }

    public void Dispose()
    {
        if (!_isThere)
            return;
        try
        {
            Discard();
        }
        catch (InvalidOperationException)
        {
            // Why it was not made says more.
        }
    }

    private double Making(string script)
    {
        _isThere = true;
        var time = _spawn.Milliseconds(script, _directory);
        var words = File.ReadAllText(_said).Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        _enter = [Requirement.PathOf(words[0])!, .. words[1..]];
        return time;
    }

    private static string Script(TestHome home, string name, string text)
    {
        var path = home.Combine(name);
        File.WriteAllText(path, $"#!/bin/sh\nset -e\n{text}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }
}
