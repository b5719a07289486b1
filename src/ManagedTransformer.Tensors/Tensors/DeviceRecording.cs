namespace ManagedTransformer.Tensors;

/// <summary>
/// What a stretch of work asks a device for, to be asked for again without the work of the host. The work is done twice under its eyes; if
/// both times it asked for the same, with the same arguments at the same addresses, a third time is a replay. Its memory stays its own.
/// </summary>
internal abstract class DeviceRecording : IDisposable
{
    /// <summary>True if the work was recorded twice, and nothing stands against a replay.</summary>
    public abstract bool IsReady { get; }

    /// <summary>Says why the work cannot be repeated; null as long as nothing is known.</summary>
    public abstract string? Obstacle { get; }

    /// <summary>
    /// Does the work, and takes note of it. It must leave no tensor behind but those that the caller keeps, and what the caller keeps of
    /// the first time must be released before the second.
    /// </summary>
    /// <param name="random">Where the work takes keys of random numbers from, as many every time.</param>
    /// <param name="work">What to do.</param>
    public abstract void Record(RandomSource random, Action work);

    /// <summary>Asks the device for the same again: what the caller kept of the second time holds the new values.</summary>
    /// <param name="random">Gives the keys that the work would take, and stands behind them afterwards.</param>
    /// <returns>False, and nothing was done, where it cannot be.</returns>
    public abstract bool TryReplay(RandomSource random);

    /// <summary>Returns the memory. What the caller kept stays valid.</summary>
    public abstract void Dispose();
}
