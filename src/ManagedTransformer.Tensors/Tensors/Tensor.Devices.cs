namespace ManagedTransformer.Tensors;

public partial class Tensor
{
    // Copies between devices pass through this much host memory at a time.
    private const int CopyBytes = 16 << 20;

    /// <summary>
    /// The same elements on a device: this tensor if it is there already, else a copy, through which gradients flow back.
    /// </summary>
    /// <param name="device">The device to go to.</param>
    public Tensor To(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (device == Device)
        {
            return this;
        }

        if (DType == DType.Int32)
        {
            return From(ToInt32Array(), Shape, device);
        }

        if (DType.IsQuantized())
        {
            throw new NotSupportedException($"A matrix of {DType} stays on {Device.Name}.");
        }

        Tensor source = this.Contiguous(), copy = Empty(Shape, DType, device);
        int size = DType.Size();
        byte[] chunk = new byte[Math.Min(CopyBytes, Count * size)];
        for (long done = 0; done < Count * size; done += chunk.Length)
        {
            Span<byte> bytes = chunk.AsSpan(0, (int)Math.Min(chunk.Length, (Count * size) - done));
            source.Device.Read(new(source.Storage, source.Offset + (done / size)), size, bytes);
            device.Write(bytes, new(copy.Storage, done / size), size);
        }

        return Recorder.IsNeeded(this) ? Recorder.Record(copy, new MoveRule(this)) : copy;
    }

    /// <summary>
    /// Reads several tensors of a device with one wait instead of one each: until they are overwritten, reading them again
    /// (<see cref="Item"/>, <see cref="ToArray"/>) costs nothing. On the CPU there is nothing to do.
    /// </summary>
    /// <param name="tensors">Float32 or Int32, contiguous, each with a memory of its own; others are left to be read by themselves.</param>
    public static void Fetch(params IReadOnlyList<Tensor> tensors)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        List<Tensor> wanted = [.. tensors.Where(tensor => !tensor.Device.IsHost && tensor.Storage.Mirror is null
            && tensor.DType is DType.Float32 or DType.Int32 && tensor.FillsStorage)];
        foreach (IGrouping<(Device Device, DType Type), Tensor> group in wanted.GroupBy(tensor => (tensor.Device, tensor.DType)))
        {
            using NoGradientScope _ = new();
            Tensor[] parts = [.. group];
            Tensor joined = parts.Length == 1
                ? parts[0]
                : TensorOperators.Concat(0, [.. parts.Select(part => part.Detach().Reshape(new Shape(checked((int)part.Count))))]);
            byte[] bytes = new byte[joined.Count * sizeof(float)];
            joined.Device.Read(joined.Buffer, sizeof(float), bytes);
            int start = 0;
            foreach (Tensor part in parts)
            {
                int length = checked((int)part.Count * sizeof(float));
                Tensor copy = Empty(part.Shape, part.DType, Device.Cpu);
                Device.Cpu.Write(bytes.AsSpan(start, length), copy.Buffer, sizeof(float));
                part.Storage.Mirror = copy.Storage;
                if (part.Storage.Scope is null)
                {
                    copy.Keep();
                }

                start += length;
            }
        }
    }

    /// <summary>To be called by whoever overwrites elements: what the host knows of them is no longer true.</summary>
    internal void Overwritten()
    {
        Storage.Mirror?.Release();
        Storage.Mirror = null;
    }

    /// <summary>The elements as the host knows them without asking the device: a view of host memory; null if it does not.</summary>
    internal Tensor? HostCopy() =>
        Device.IsHost ? this : Storage.Mirror is { } mirror ? new Tensor(mirror, Offset, Shape, Strides, DType) : null;

    // What comes from the host is remembered there, so that nobody waits for the device to learn it.
    private Tensor Mirrored<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        if (Device is { IsHost: false, HasValues: true })
        {
            Tensor host = Empty(Shape, DType, Device.Cpu);
            Device.Cpu.WriteElements(values, host.Buffer);
            Storage.Mirror = host.Storage;
        }

        return this;
    }

    private bool FillsStorage => Offset == 0 && IsContiguous && Math.Max(1, Count) * DType.Size() == Storage.ByteLength;

    private sealed class MoveRule(Tensor x) : GradientRule(x)
    {
        public override void Backward(Tensor dy, GradientSink sink) => sink.Add(x, dy.To(x.Device));
    }
}
