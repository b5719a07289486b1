using System.Numerics.Tensors;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Serialization;

/// <summary>One matrix of parameters, whole or in ranges of rows, and the tensors of files that hold it.</summary>
internal sealed class MatrixPlacement
{
    // Idle memory is worth giving back behind matrices of this size, so that no more than one is there twice.
    private const long WorthTrimming = 1 << 20;

    private readonly Parameter _whole;
    private readonly List<StoredParameter> _parts;
    private readonly DType? _weights;

    /// <summary>Takes note.</summary>
    /// <param name="whole">The matrix.</param>
    /// <param name="parts">Its ranges in order, or itself.</param>
    /// <param name="weights">The type that it is to have; null for the file's integers, or else Float32.</param>
    public MatrixPlacement(Parameter whole, List<StoredParameter> parts, DType? weights) =>
        (_whole, _parts, _weights) = (whole, parts, weights);

    // Whether the parts are the whole matrix: another user of its rows may not be loaded here.
    private bool IsComplete => _parts.Sum(part => part.Parameter.Count) == _whole.Count;

    /// <summary>Places the values.</summary>
    public void Place()
    {
        DType stored = Stored(), wanted = _weights ?? (stored.IsQuantized() ? stored : DType.Float32);
        if (stored.IsQuantized())
        {
            PlaceIntegers(stored, wanted);
        }
        else if (wanted == DType.BFloat16 && stored == wanted && IsComplete && _whole.CanBe(wanted) && _whole.Device.IsHost
            && BitConverter.IsLittleEndian)
        {
            _whole.Adopt(Gather(_whole.Shape, wanted));
        }
        else
        {
            foreach (StoredParameter part in _parts)
            {
                part.File.ReadTensor(part.Name, part.Parameter);
            }

            Round(wanted);
        }

        Trim();
    }

    private DType Stored()
    {
        DType? type = null;
        foreach (StoredParameter part in _parts)
        {
            DType one = SafetensorsWeights.TypeOf(part.File, part.Name) ?? throw new InvalidDataException(
                $"In the safetensors file '{part.File.Path}' the tensor {ErrorText.Quote(part.Name)} is missing or holds no numbers.");
            if (type is { } first && first != one && (first.IsQuantized() || one.IsQuantized()))
            {
                throw new InvalidDataException(
                    $"In the safetensors file '{part.File.Path}' the tensor {ErrorText.Quote(part.Name)} holds {one}, and others of "
                    + $"the same matrix hold {first}.");
            }

            type = type is null || type == one ? one : DType.Float32;
        }

        return type!.Value;
    }

    private void Round(DType wanted)
    {
        if (!_whole.CanBe(wanted))
        {
            return;
        }

        try
        {
            _whole.Round(wanted);
        }
        catch (ArgumentException e)
        {
            StoredParameter damaged = _parts.Find(part => !TensorPrimitives.IsFiniteAll<float>(part.Parameter.ToArray())) ?? _parts[0];
            throw new InvalidDataException(
                $"In the safetensors file '{damaged.File.Path}' the tensor {ErrorText.Quote(damaged.Name)} holds NaN or an infinity, "
                + $"which {wanted} cannot store.", e);
        }
    }

    private void PlaceIntegers(DType stored, DType wanted)
    {
        StoredParameter first = _parts[0];
        if (wanted != stored && wanted != DType.Float32)
        {
            throw new InvalidDataException(
                $"In the safetensors file '{first.File.Path}' the tensor {ErrorText.Quote(first.Name)} is rounded to {stored} already; it is "
                + $"read as {stored} or as Float32, not rounded again to {wanted}.");
        }

        if (wanted == stored)
        {
            _whole.QuantizedKernels();
            if (!IsComplete)
            {
                throw new InvalidDataException(
                    $"In the safetensors file '{first.File.Path}' the tensor {ErrorText.Quote(first.Name)} holds {stored}, which the model "
                    + "keeps as Float32.");
            }

            Tensor integers = Gather(_whole.Shape, stored);
            _whole.Adopt(integers);
            return;
        }

        foreach (StoredParameter part in _parts)
        {
            using NoGradientScope _ = new();
            Tensor exact = new MatrixPlacement(part.Parameter, [part], stored).Gather(part.Parameter.Shape, stored).Cast(DType.Float32);
            part.Parameter.Assign(exact.To(part.Parameter.Device));
            exact.Release();
        }
    }

    // The values of all parts, below one another, on the processor.
    private Tensor Gather(Shape shape, DType type)
    {
        List<SafetensorsEntry> entries = Entries("");
        if (type == DType.BFloat16)
        {
            return new Tensor(Bytes(entries, sizeof(ushort)), 0, shape, type);
        }

        List<SafetensorsEntry> scales = Entries(SafetensorsWeights.ScaleSuffix);
        for (int i = 0; i < _parts.Count; i++)
        {
            Shape part = _parts[i].Parameter.Shape;
            Require(_parts[i], entries[i], SafetensorsWeights.CodeShape(type, part), entries[i].Type);
            Require(_parts[i], scales[i], SafetensorsWeights.ScaleShape(part), SafetensorsType.BFloat16);
        }

        return Tensor.OfQuantized(Bytes(entries, 1), Bytes(scales, sizeof(ushort)), shape, type);
    }

    private static void Require(StoredParameter part, SafetensorsEntry entry, Shape shape, SafetensorsType type)
    {
        if (entry.Type != type || !entry.Shape.SequenceEqual(shape.ToArray().Select(size => (long)size)))
        {
            throw new InvalidDataException(
                $"In the safetensors file '{part.File.Path}' the tensor {ErrorText.Quote(entry.Name)} is {entry.TypeCode} "
                + $"[{ErrorText.Sizes(entry.Shape)}] instead of {type.Code()} {shape}.");
        }
    }

    private List<SafetensorsEntry> Entries(string suffix) => _parts.ConvertAll(part =>
        part.File.TryGetEntry(part.Name + suffix, out SafetensorsEntry? entry) ? entry : throw new InvalidDataException(
            $"The safetensors file '{part.File.Path}' has no tensor {ErrorText.Quote(part.Name + suffix)}."));

    // Where the tensors of one file follow one another, its own pages; else a copy.
    private Storage Bytes(List<SafetensorsEntry> entries, int alignment)
    {
        long length = entries.Sum(entry => entry.ByteLength);
        bool isOne = entries[0].Offset % alignment == 0 && length > 0;
        for (int i = 1; i < entries.Count; i++)
        {
            isOne &= _parts[i].File == _parts[0].File && entries[i].Offset == entries[i - 1].Offset + entries[i - 1].ByteLength;
        }

        if (isOne && _parts[0].File.Map() is { } map)
        {
            return map.Part(entries[0].Offset, length);
        }

        Storage copy = Device.Cpu.Allocate(Math.Max(1, length));
        long place = 0;
        for (int i = 0; i < entries.Count; i++)
        {
            _parts[i].File.ReadBytes(entries[i], new DeviceBuffer(copy, place));
            place += entries[i].ByteLength;
        }

        return copy;
    }

    private void Trim()
    {
        if (_whole.Device.IsHost && _whole.Count * sizeof(float) >= WorthTrimming)
        {
            HostDevice.Pool.Trim();
        }
    }
}
