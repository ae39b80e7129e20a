using System.IO.Pipes;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CrCache.Routes;

/// <summary>The pipes between this process and a child, while it is started.</summary>
internal sealed unsafe class ChildPipes : IDisposable
{
    private const int LifelineTarget = 3;
    private const int FirstFree = 4;

    private readonly List<int> _childEnds = [];
    private readonly List<Stream> _streams = [];
    private bool _handedOver;

    /// <summary>Makes what a start needs and adds it to the file actions.</summary>
    public ChildPipes(ChildStart start, byte* actions)
    {
        try
        {
            Input = Add(start.Input, 0, PipeDirection.Out, actions);
            Output = Add(start.Output, 1, PipeDirection.In, actions);
            if (start.Error == StreamUse.Output)
            {
                Libc.Require(Libc.AddDuplicate(actions, 1, 2));
                Error = Stream.Null;
            }
            else
            {
                Error = Add(start.Error, 2, PipeDirection.In, actions);
            }

            Lifeline = Add(start.Lifeline ? StreamUse.Pipe : StreamUse.Inherit, LifelineTarget, PipeDirection.Out, actions);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public Stream Input { get; }

    public Stream Output { get; }

    public Stream Error { get; }

    public Stream Lifeline { get; }

    /// <summary>The child runs: the streams are the caller's from now on.</summary>
    public void HandOver() => _handedOver = true;

    public void Dispose()
    {
        // An end kept here would keep the reader of the other one waiting for ever.
        _childEnds.ForEach(e => _ = Libc.Close(e));
        _childEnds.Clear();
        if (!_handedOver)
            _streams.ForEach(s => s.Dispose());
    }

    private Stream Add(StreamUse use, int target, PipeDirection direction, byte* actions)
    {
        if (use == StreamUse.Nothing)
            Libc.Require(Libc.AddOpen(actions, target, "/dev/null", Libc.ReadWrite, 0));
        if (use != StreamUse.Pipe)
            return Stream.Null;

        var ends = stackalloc int[2];
        if (Libc.Pipe(ends, Libc.CloseOnExec) != 0)
            throw OutOfDescriptors();
        var (ours, theirs) = direction == PipeDirection.In ? (ends[0], ends[1]) : (ends[1], ends[0]);
        _childEnds.Add(theirs);
        var stream = new AnonymousPipeClientStream(direction, new SafePipeHandle(ours, ownsHandle: true));
        _streams.Add(stream);

        // A pipe that got a number which a stream of the child will have would be overwritten.
        if (theirs < FirstFree)
        {
            theirs = Libc.DuplicateFrom(theirs, Libc.DuplicateCloseOnExec, FirstFree);
            if (theirs < 0)
                throw OutOfDescriptors();
            _childEnds.Add(theirs);
        }

        Libc.Require(Libc.AddDuplicate(actions, theirs, target));
        return stream;
    }

    private static IOException OutOfDescriptors() =>
        new($"no pipe could be made: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
}
