namespace ManagedTransformer.Tensors;

/// <summary>
/// The memory of one training or generation step: every tensor made on this thread while the scope is open returns its memory to the pool
/// when the scope closes, except those that were kept (<see cref="Tensor.Keep"/>). Training, evaluation and generation open scopes
/// themselves; open one around an own loop to save the garbage collector the work. Scopes nest.
/// </summary>
public sealed partial class StepScope : IDisposable
{
    [ThreadStatic]
    private static StepScope? _current;

    private readonly List<Storage> _storages;
    private StepScope? _outer;
    private bool _closed;

    /// <summary>Opens a scope on the calling thread.</summary>
    public StepScope()
    {
        _outer = _current;
        _storages = ListPool.Take();
        _current = this;
    }

    internal static StepScope? Current => _current;

    /// <summary>
    /// Closes the scope and releases what was made in it; of a <see cref="Repeated"/> scope that is closed already, releases what it holds
    /// for the next time. Scopes close in the reverse order of opening, on the thread that opened them.
    /// </summary>
    /// <exception cref="InvalidOperationException">A scope opened later is still open, or another thread closes it.</exception>
    public void Dispose()
    {
        if (_closed)
        {
            Drop();
            return;
        }

        if (_current != this)
        {
            throw new InvalidOperationException(
                "A step scope must be closed on the thread that opened it, after every scope opened inside it.");
        }

        _closed = true;
        _current = _outer;
        if (_tensors is not null)
        {
            Rest();
            return;
        }

        foreach (Storage storage in _storages)
        {
            if (storage.Scope == this)
            {
                storage.Release();
            }
        }

        ListPool.Return(_storages);
    }

    /// <summary>
    /// Lets a tensor of this scope outlive it: its memory returns at the end of the scope around it, or, where there is none, when nothing
    /// refers to the tensor any more. A tensor of another scope stays as it is.
    /// </summary>
    /// <param name="tensor">The tensor.</param>
    public void HandOver(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if (tensor.Storage.Scope == this)
        {
            tensor.Storage.MoveTo(_outer);
        }
    }

    internal void Register(Storage storage)
    {
        if (_tensors is null)
        {
            _storages.Add(storage);
        }
        else
        {
            Replace(storage);
        }
    }

    // A training step registers hundreds of storages: the list is worth reusing.
    private static class ListPool
    {
        [ThreadStatic]
        private static Stack<List<Storage>>? _free;

        public static List<Storage> Take() => _free is { Count: > 0 } ? _free.Pop() : new List<Storage>(256);

        public static void Return(List<Storage> list)
        {
            list.Clear();
            (_free ??= new Stack<List<Storage>>()).Push(list);
        }
    }
}
