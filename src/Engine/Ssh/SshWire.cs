using System.Buffers.Binary;

namespace CrCache.Ssh;

/// <summary>Reads the strings of ssh's wire format, each with its length before it.</summary>
internal ref struct SshWire(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>Reads a number; false where there is none.</summary>
    public bool Number(out uint value)
    {
        var is4 = BinaryPrimitives.TryReadUInt32BigEndian(_rest, out value);
        _rest = is4 ? _rest[4..] : [];
        return is4;
    }

    /// <summary>Reads a string; false where there is none.</summary>
    public bool String(out ReadOnlySpan<byte> value)
    {
        value = [];
        if (!Number(out var length) || length > _rest.Length)
        {
            return false;
        }

        value = _rest[..(int)length];
        _rest = _rest[(int)length..];
        return true;
    }

    /// <summary>Passes over bytes that must be these.</summary>
    public bool Skip(ReadOnlySpan<byte> expected)
    {
        var isThere = _rest.StartsWith(expected);
        _rest = isThere ? _rest[expected.Length..] : [];
        return isThere;
    }
}
