namespace ManagedTransformer.Gpu;

/// <summary>
/// Refuses kernels whose operands live on two devices: all views that a thread takes before it launches a kernel, or copies,
/// must be of one device.
/// </summary>
internal static class OperandDevice
{
    [ThreadStatic]
    private static Device? _device;

    /// <summary>Takes note of an operand.</summary>
    /// <exception cref="InvalidOperationException">The operand before it was on another device.</exception>
    public static void Require(Device device)
    {
        if (_device is { } other && other != device)
        {
            _device = null;
            throw Device.Mixed(other.Name, device.Name);
        }

        _device = device;
    }

    /// <summary>Creates the exception for an operand that is on no GPU.</summary>
    public static InvalidOperationException Foreign(string name)
    {
        string here = _device?.Name ?? "a GPU";
        _device = null;
        return Device.Mixed(here, name);
    }

    /// <summary>The kernel was launched: the next one may be for another device.</summary>
    public static void Done() => _device = null;
}
