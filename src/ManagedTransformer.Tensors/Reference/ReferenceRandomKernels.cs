using ManagedTransformer.Tensors.Cpu;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Reference;

/// <summary>Random numbers, every element computed from its own counter.</summary>
internal sealed unsafe class ReferenceRandomKernels : IRandomKernels
{
    /// <summary>The unit number of one element of a sequence.</summary>
    public static float Unit(RandomKey key, long element)
    {
        Philox.Block(key, (ulong)element / 4, out uint w0, out uint w1, out uint w2, out uint w3);
        return Philox.ToUnit((element % 4) switch { 0 => w0, 1 => w1, 2 => w2, _ => w3 });
    }

    public void Dropout(DeviceBuffer x, DeviceBuffer y, long count, float probability, RandomKey key)
    {
        for (long i = 0; i < count; i++)
        {
            y.Floats()[i] = Unit(key, i) < probability ? 0 : (float)(x.Floats()[i] / (1 - (double)probability));
        }
    }

    public void Uniform(DeviceBuffer y, long count, float low, float high, RandomKey key)
    {
        for (long i = 0; i < count; i++)
        {
            y.Floats()[i] = (float)(low + (((double)high - low) * Unit(key, i)));
        }
    }

    public void Normal(DeviceBuffer y, long count, float mean, float deviation, RandomKey key)
    {
        for (long i = 0; i < count; i++)
        {
            long even = i / 2 * 2;
            double radius = Math.Sqrt(-2 * Math.Log(1 - (double)Unit(key, even))), angle = 2 * Math.PI * Unit(key, even + 1);
            y.Floats()[i] = (float)(mean + (deviation * radius * (i == even ? Math.Cos(angle) : Math.Sin(angle))));
        }
    }
}
