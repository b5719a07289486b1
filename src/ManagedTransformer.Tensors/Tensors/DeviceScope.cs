namespace ManagedTransformer.Tensors;

/// <summary>
/// Places tensors that are made on this thread, and models that are built or loaded, on a device:
/// <c>using (new DeviceScope(device)) { ... }</c>. Results of operators are where their operands are, scope or not. Scopes nest.
/// </summary>
public sealed class DeviceScope : IDisposable
{
    [ThreadStatic]
    private static DeviceScope? _innermost;

    private readonly Device _device;
    private readonly DeviceScope? _outer;
    private bool _closed;

    /// <summary>Opens a scope on the calling thread.</summary>
    /// <param name="device">Device that new tensors go to.</param>
    public DeviceScope(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        (_device, _outer, _innermost) = (device, _innermost, this);
    }

    internal static Device? Current => _innermost?._device;

    /// <summary>
    /// A scope on a device where one is needed: null if new tensors go there already.
    /// <c>using DeviceScope? _ = DeviceScope.Enter(device);</c>
    /// </summary>
    /// <param name="device">Device that new tensors go to.</param>
    public static DeviceScope? Enter(Device device) => device == Device.Current ? null : new DeviceScope(device);

    /// <summary>Closes the scope.</summary>
    /// <exception cref="InvalidOperationException">A scope opened later is still open, or another thread closes it.</exception>
    public void Dispose()
    {
        if (_closed)
        {
            return;
        }

        if (_innermost != this)
        {
            throw new InvalidOperationException(
                "A device scope must be closed on the thread that opened it, after every scope opened inside it.");
        }

        (_closed, _innermost) = (true, _outer);
    }
}
