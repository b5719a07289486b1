namespace ManagedTransformer.Tensors;

/// <summary>While one is open on a thread, operators record nothing there. <c>using NoGradientScope _ = new();</c></summary>
public readonly ref struct NoGradientScope
{
    private readonly int _outer;

    /// <summary>True while one is open on this thread.</summary>
    public static bool IsOpen => Recorder.Suspended > 0;

    /// <summary>Opens the scope.</summary>
    public NoGradientScope()
    {
        _outer = Recorder.Suspended;
        Recorder.Suspended = _outer + 1;
    }

    /// <summary>Closes the scope.</summary>
    public void Dispose() => Recorder.Suspended = _outer;
}
