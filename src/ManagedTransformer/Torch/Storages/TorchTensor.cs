using System.Globalization;
using ManagedTransformer.Tensors.Serialization;

namespace ManagedTransformer.Torch.Storages;

/// <summary>A tensor of a file: element (i_0, i_1, ...) is element offset + sum of i_k stride_k of a storage.</summary>
internal sealed class TorchTensor
{
    /// <summary>A tensor that shows elements of its storage more than once has at most as many.</summary>
    private const long MostRepeated = 65_536;

    private const int MostAxes = 32;

    private readonly long[] _sizes, _strides;

    private TorchTensor(TorchStorage storage, SafetensorsType type, long offset, long[] sizes, long[] strides, long count)
    {
        (Storage, Type, Offset, _sizes, _strides, Count) = (storage, type, offset, sizes, strides, count);
        IsContiguous = CheckContiguous();
    }

    /// <summary>The memory it looks at.</summary>
    public TorchStorage Storage { get; }

    /// <summary>Type of the elements.</summary>
    public SafetensorsType Type { get; }

    /// <summary>The first element, counted from the storage's, in elements.</summary>
    public long Offset { get; }

    /// <summary>Sizes of the axes, outermost first.</summary>
    public IReadOnlyList<long> Sizes => _sizes;

    /// <summary>Elements from one place of an axis to the next.</summary>
    public IReadOnlyList<long> Strides => _strides;

    /// <summary>Number of elements.</summary>
    public long Count { get; }

    /// <summary>Whether the elements stand one behind the other.</summary>
    public bool IsContiguous { get; }

    /// <summary>The elements that a tensor reaches over, from its first to its last.</summary>
    public long Reach { get; private init; }

    /// <summary>A tensor whose every element lies in its storage.</summary>
    /// <param name="name">The name for messages.</param>
    /// <param name="storage">The memory.</param>
    /// <param name="type">Type of the elements.</param>
    /// <param name="available">Elements of that type that the tensor may look at, from <paramref name="start"/> on.</param>
    /// <param name="start">The first of them.</param>
    /// <param name="offset">The first element, counted from <paramref name="start"/>.</param>
    /// <param name="sizes">Sizes of the axes.</param>
    /// <param name="strides">Strides of the axes.</param>
    /// <exception cref="InvalidDataException">An element lies outside, or more are shown than may be.</exception>
    public static TorchTensor Create(
        string name, TorchStorage storage, SafetensorsType type, long available, long start, long offset, long[] sizes, long[] strides)
    {
        if (sizes.Length != strides.Length || sizes.Length > MostAxes)
        {
            throw Refuse($"has {sizes.Length} sizes and {strides.Length} strides; it must have as many, and at most {MostAxes}");
        }

        if (offset < 0 || sizes.Any(size => size < 0) || strides.Any(stride => stride < 0))
        {
            throw Refuse("has a negative offset, size or stride");
        }

        Int128 count = 1, last = offset;
        bool isEmpty = sizes.Contains(0);
        for (int i = 0; i < sizes.Length && !isEmpty; i++)
        {
            // Both factors are below 2^63 at every step, so no product overflows 128 bits.
            count *= sizes[i];
            last += (Int128)(sizes[i] - 1) * strides[i];
            if (count > long.MaxValue || last > long.MaxValue)
            {
                throw Refuse("reaches further than 2^63 elements");
            }
        }

        if (isEmpty ? offset > available : last >= available)
        {
            throw Refuse("reaches behind the end of its storage");
        }

        if (!isEmpty && count > available && count > MostRepeated)
        {
            throw Refuse("shows the elements of its storage more than once");
        }

        return new TorchTensor(storage, type, checked(start + offset), sizes, strides, isEmpty ? 0 : (long)count)
        {
            Reach = isEmpty ? 0 : (long)last - offset + 1,
        };

        InvalidDataException Refuse(string fault) => new(string.Create(CultureInfo.InvariantCulture,
            $"{name} {fault}: sizes [{string.Join(", ", sizes.Take(MostAxes))}], strides [{string.Join(", ", strides.Take(MostAxes))}], ")
            + string.Create(CultureInfo.InvariantCulture, $"offset {offset}, storage {storage.Key} of {available} elements."));
    }

    /// <summary>Whether two tensors show the same elements of the same storage in the same way.</summary>
    public bool IsSameView(TorchTensor other) => ReferenceEquals(Storage, other.Storage) && Type == other.Type && Offset == other.Offset
        && _sizes.AsSpan().SequenceEqual(other._sizes) && _strides.AsSpan().SequenceEqual(other._strides);

    /// <summary>A hash of what <see cref="IsSameView"/> compares.</summary>
    public int ViewHash()
    {
        HashCode hash = default;
        hash.Add(Storage);
        foreach (long value in _sizes.Concat(_strides).Append(Offset))
        {
            hash.Add((int)value);
            hash.Add((int)(value >> 32));
        }

        return hash.ToHashCode();
    }

    /// <summary>The shape as messages write it.</summary>
    public string Shape() => $"[{string.Join(", ", _sizes)}]";

    private bool CheckContiguous()
    {
        long expected = 1;
        for (int i = _sizes.Length - 1; i >= 0; i--)
        {
            if (_sizes[i] != 1 && _strides[i] != expected)
            {
                return Count == 0;
            }

            expected *= Math.Max(1, _sizes[i]);
        }

        return true;
    }
}
