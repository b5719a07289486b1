namespace ManagedTransformer.Tensors;

/// <summary>
/// A block of device memory behind one or more tensors. It returns to its pool at the end of the <see cref="StepScope"/> that it was made
/// in, or, made outside a scope or kept, when nothing refers to it any more (finaliser).
/// </summary>
internal abstract class Storage
{
    private const int Live = 0, Released = 1, Resting = 2;
    private static long _allocations;
    private int _condition;

    protected Storage(Device device, long byteLength)
    {
        Device = device;
        ByteLength = byteLength;
        Number = Interlocked.Increment(ref _allocations);
        Scope = StepScope.Current;
        if (Scope is null)
        {
            AllocationPressure.Add(byteLength);
        }
        else
        {
            Scope.Register(this);
        }
    }

    ~Storage() => Release(finalizing: true);

    public Device Device { get; }

    public long ByteLength { get; private set; }

    /// <summary>Position in the order of all allocations of the process.</summary>
    public long Number { get; }

    /// <summary>Number of gradients that live here and that a backward walk still has to deliver.</summary>
    public int PendingGradients { get; set; }

    /// <summary>
    /// Host memory that holds the same bytes, where the host knows them; null otherwise, and always for host memory itself.
    /// </summary>
    public Storage? Mirror { get; set; }

    /// <summary>The scales of small integers that live here; null for other elements.</summary>
    public GroupScales? Scales { get; set; }

    public bool IsReleased => Volatile.Read(ref _condition) != Live;

    /// <summary>The scope whose end releases this storage; null when only the finaliser does.</summary>
    public StepScope? Scope { get; private set; }

    /// <summary>The number of the newest allocation.</summary>
    public static long LastNumber => Volatile.Read(ref _allocations);

    /// <summary>Lets the storage outlive its scope.</summary>
    public void Keep()
    {
        ThrowIfReleased();
        if (Scope is not null)
        {
            Scope = null;
            AllocationPressure.Add(ByteLength);
            Mirror?.Keep();
        }

        Scales?.Values.Keep();
    }

    /// <summary>Lets another scope release the storage; null lets it outlive all.</summary>
    public void MoveTo(StepScope? scope)
    {
        if (scope is null)
        {
            Keep();
            return;
        }

        ThrowIfReleased();
        Scope = scope;
        scope.Register(this);
        Mirror?.MoveTo(scope);
    }

    /// <summary>Of a storage that its scope still owns: makes using it throw until it wakes.</summary>
    public void Rest()
    {
        if (Scope is not null)
        {
            _ = Interlocked.CompareExchange(ref _condition, Resting, Live);
        }
    }

    /// <summary>
    /// Makes a resting storage usable again, with other memory where its own has another size; false where it cannot.
    /// </summary>
    /// <param name="byteLength">Bytes that are needed.</param>
    public bool TryWake(long byteLength) =>
        TryResize(byteLength) && Interlocked.CompareExchange(ref _condition, Live, Resting) == Resting;

    /// <summary>
    /// Gives up the memory of a resting storage, which may wake with other memory; false, and nothing done, where it cannot.
    /// </summary>
    public bool TryEmpty() => TryResize(0);

    /// <summary>Returns the memory to the pool; using the storage afterwards throws.</summary>
    public void Release() => Release(finalizing: false);

    protected void ThrowIfReleased()
    {
        if (IsReleased)
        {
            throw new InvalidOperationException(
                "The memory of this tensor was returned at the end of its step (or by a backward walk that frees intermediate values): "
                + "call Keep() inside the step on a tensor that must outlive it.");
        }
    }

    protected abstract void FreeMemory();

    /// <summary>Returns the memory and takes other memory; false where the kind of storage cannot.</summary>
    /// <param name="byteLength">Its bytes; 0 for none.</param>
    protected virtual bool TryExchangeMemory(long byteLength) => false;

    private bool TryResize(long byteLength)
    {
        if (Volatile.Read(ref _condition) != Resting || (ByteLength != byteLength && !TryExchangeMemory(byteLength)))
        {
            return false;
        }

        ByteLength = byteLength;
        return true;
    }

    private void Release(bool finalizing)
    {
        if (Interlocked.Exchange(ref _condition, Released) == Released)
        {
            return;
        }

        if (!finalizing)
        {
            GC.SuppressFinalize(this);
            Scales?.Values.Release();
        }

        if (Scope is null)
        {
            AllocationPressure.Remove(ByteLength, collected: finalizing);
        }

        FreeMemory();
    }
}
