namespace ManagedTransformer.Tensors;

/// <summary>
/// While one is open on a thread, devices multiply matrices for it in this precision, in place of their own
/// (<see cref="Device.MatMulPrecision"/>). Scopes nest. <c>using MatMulPrecisionScope _ = new(MatMulPrecision.BFloat16);</c>
/// </summary>
public readonly ref struct MatMulPrecisionScope
{
    [ThreadStatic]
    private static MatMulPrecision? _current;

    private readonly MatMulPrecision? _outer;

    /// <summary>Opens the scope.</summary>
    /// <param name="precision">The precision; null changes nothing.</param>
    public MatMulPrecisionScope(MatMulPrecision? precision)
    {
        _outer = _current;
        _current = precision ?? _outer;
    }

    /// <summary>The precision with which a device multiplies matrices for this thread.</summary>
    /// <param name="device">The device.</param>
    /// <exception cref="InvalidOperationException">The device does not have the scope's precision.</exception>
    public static MatMulPrecision Of(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (_current is not { } precision)
        {
            return device.MatMulPrecision;
        }

        return device.MatMulPrecisions.Contains(precision)
            ? precision
            : throw new InvalidOperationException($"{device.Name} has no matrix products in {precision}.");
    }

    /// <summary>Closes the scope.</summary>
    public void Dispose() => _current = _outer;
}
