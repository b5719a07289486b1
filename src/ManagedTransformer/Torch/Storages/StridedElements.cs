namespace ManagedTransformer.Torch.Storages;

/// <summary>Gathers the elements of a tensor that do not stand one behind the other, row-major and piece by piece.</summary>
internal sealed class StridedElements
{
    private readonly TorchTensor _tensor;
    private readonly int _size;
    private readonly byte[] _bytes;
    private readonly long[] _index;
    private long _place;

    /// <summary>The elements of a tensor that has some.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="name">Its name for messages.</param>
    /// <exception cref="InvalidDataException">It is spread over too many bytes, or the file is damaged.</exception>
    public StridedElements(TorchTensor tensor, string name)
    {
        (_tensor, _size, _index) = (tensor, tensor.Type.Size(), new long[tensor.Sizes.Count]);

        // The elements between the first and the last; never more than the file has.
        long reach = tensor.Reach * _size;
        if (reach > Array.MaxLength)
        {
            throw new InvalidDataException($"the tensor '{name}' of the shape {tensor.Shape()} is spread over {reach} bytes, too many.");
        }

        _bytes = new byte[reach];
        tensor.Storage.Read(tensor.Offset * _size, _bytes, _size);
    }

    /// <summary>Fills a span with the next elements.</summary>
    /// <param name="destination">Room for whole elements, at most as many as are left.</param>
    public void Next(Span<byte> destination)
    {
        (IReadOnlyList<long> sizes, IReadOnlyList<long> strides) = (_tensor.Sizes, _tensor.Strides);
        long step = strides[^1];
        while (destination.Length > 0)
        {
            // A row, or what is left of it.
            int count = (int)Math.Min(destination.Length / _size, sizes[^1] - _index[^1]);
            Copy(step, destination[..(count * _size)]);
            destination = destination[(count * _size)..];
            _index[^1] += count;
            _place += count * step;
            for (int axis = sizes.Count - 1; _index[axis] == sizes[axis]; axis--)
            {
                _place -= _index[axis] * strides[axis];
                _index[axis] = 0;
                if (axis == 0)
                {
                    break;
                }

                _index[axis - 1]++;
                _place += strides[axis - 1];
            }
        }
    }

    private void Copy(long step, Span<byte> destination)
    {
        if (step == 1)
        {
            _bytes.AsSpan((int)(_place * _size), destination.Length).CopyTo(destination);
            return;
        }

        int from = (int)(_place * _size), stride = (int)(step * _size);
        for (int to = 0; to < destination.Length; to += _size, from += stride)
        {
            for (int i = 0; i < _size; i++)
            {
                destination[to + i] = _bytes[from + i];
            }
        }
    }
}
