namespace CrCache.Routes;

/// <summary>Where it is written down that a command runs, so that it can be ended before its resource is handed on.</summary>
internal abstract class CommandTrack
{
    /// <summary>Writes down that a command is about to start, and then makes sure that it still may.</summary>
    /// <exception cref="LeaseLostException">The lease has ended meanwhile.</exception>
    public abstract Entry Begin();

    /// <summary>A command.</summary>
    internal abstract class Entry : IDisposable
    {
        /// <summary>Variables by which the command's processes can be told.</summary>
        public abstract IReadOnlyDictionary<string, string> Environment { get; }

        /// <summary>Whether it was ended because its lease was; known once it has been disposed.</summary>
        public bool IsEvicted { get; protected set; }

        /// <summary>Gives it what keeps its lease alive, to be disposed with it.</summary>
        public abstract void KeepAlive(IDisposable heartbeat);

        /// <summary>Says which process it is.</summary>
        public abstract void Started(int process);

        /// <summary>Says how its processes on a host can be told, before there are any.</summary>
        public abstract void Started(FarMark mark);

        /// <summary>Says that it has failed half-way: what it left running is ended before anything else happens to the resource.</summary>
        public abstract void Leave();

        /// <summary>Says that it has ended, or was never started.</summary>
        public abstract void Dispose();
    }
}
