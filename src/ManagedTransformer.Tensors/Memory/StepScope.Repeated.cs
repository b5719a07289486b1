namespace ManagedTransformer.Tensors;

public sealed partial class StepScope
{
    private readonly List<Tensor>? _tensors;
    private int _nextStorage, _nextTensor;

    private StepScope(List<Tensor> tensors)
    {
        (_storages, _tensors, _closed) = ([], tensors, true);
    }

    /// <summary>
    /// A scope, still closed, for a step that is taken again and again, as in generation: <c>using (step.Open()) { ... }</c>. Memory and
    /// tensor objects of one time serve the next, in the order in which they were asked for, so that a step of the same sizes allocates
    /// nothing. A tensor of such a step, or a view that it made, must not be used behind its end, unless its memory is of the step and was
    /// kept (<see cref="Tensor.Keep"/>). Disposing the closed scope returns the memory.
    /// </summary>
    public static StepScope Repeated() => new([]);

    /// <summary>Opens a repeated scope on the calling thread.</summary>
    /// <exception cref="InvalidOperationException">It is open, or it is not a repeated one.</exception>
    public StepScope Open()
    {
        if (!_closed || _tensors is null)
        {
            throw new InvalidOperationException("Only a repeated step scope that is closed can be opened.");
        }

        (_outer, _current, _closed) = (_current, this, false);
        (_nextStorage, _nextTensor) = (0, 0);
        return this;
    }

    /// <summary>The storage that stood here the last time, if it has the size or can take it on; else null.</summary>
    internal Storage? TryReuse(Device device, long byteLength)
    {
        if (_tensors is null || _nextStorage >= _storages.Count)
        {
            return null;
        }

        Storage storage = _storages[_nextStorage];
        if (storage.Device != device || !storage.TryWake(byteLength))
        {
            return null;
        }

        _nextStorage++;
        (storage.Mirror, storage.Scales) = (null, null);
        return storage;
    }

    /// <summary>
    /// A tensor object that the last step had; else null, and the new one is to be <see cref="Register(Tensor)">registered</see>.
    /// </summary>
    internal Tensor? TryReuseTensor() => _tensors is not null && _nextTensor < _tensors.Count ? _tensors[_nextTensor++] : null;

    /// <summary>Takes note of a new tensor object.</summary>
    internal void Register(Tensor tensor)
    {
        if (_tensors is not null)
        {
            _tensors.Add(tensor);
            _nextTensor++;
        }
    }

    private void Replace(Storage storage)
    {
        if (_nextStorage < _storages.Count)
        {
            _storages[_nextStorage].Release();
            _storages[_nextStorage] = storage;
        }
        else
        {
            _storages.Add(storage);
        }

        _nextStorage++;
    }

    private void Drop()
    {
        if (_tensors is null)
        {
            return;
        }

        foreach (Storage storage in _storages)
        {
            storage.Release();
        }

        _storages.Clear();
        _tensors.Clear();
    }

    private void Rest()
    {
        int staying = 0;
        bool isKept = false;
        for (int i = 0; i < _storages.Count; i++)
        {
            Storage storage = _storages[i];
            isKept |= storage.Scope != this;
            storage.Rest();

            // Where the step was shorter this time, an object waits without memory for one that is as long as before.
            if (storage.Scope == this && (i < _nextStorage || storage.TryEmpty()))
            {
                _storages[staying++] = storage;
            }
            else if (storage.Scope == this)
            {
                storage.Release();
            }
        }

        _storages.RemoveRange(staying, _storages.Count - staying);
        if (isKept)
        {
            // Somebody holds on to a storage, and so to one or more of the tensors.
            _tensors!.Clear();
        }
    }
}
