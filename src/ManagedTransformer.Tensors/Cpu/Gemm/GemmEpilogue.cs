using System.Numerics;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>What happens to a finished block of C while it is still in the cache: bias, copy of the value before the activation, activation.</summary>
internal static unsafe class GemmEpilogue
{
    /// <summary>Finishes rows m to m + rows - 1, columns n to n + columns - 1.</summary>
    public static void Apply(in GemmProblem p, int m, int rows, int n, int columns)
    {
        if (p.Bias == null && p.PreActivation == null && p.Activation == GemmActivation.None)
            return;
        for (int i = m; i < m + rows; i++)
        {
            float* c = p.C + i * p.Ldc + n;
            if (p.Bias != null)
                Add(c, p.Bias + n, columns);
            if (p.PreActivation != null)
                new ReadOnlySpan<float>(c, columns).CopyTo(new Span<float>(p.PreActivation + i * p.Ldc + n, columns));
            Activate(p.Activation, c, columns);
        }
    }

    private static void Activate(GemmActivation activation, float* x, int count)
    {
        switch (activation)
        {
            case GemmActivation.Relu:
                Relu(x, count);
                break;
            default:
                break;
        }
    }

    private static void Add(float* x, float* y, int count)
    {
        int i = 0;
        for (; i + Vector<float>.Count <= count; i += Vector<float>.Count)
            (Vector.Load(x + i) + Vector.Load(y + i)).Store(x + i);
        for (; i < count; i++)
            x[i] += y[i];
    }

    private static void Relu(float* x, int count)
    {
        int i = 0;
        for (; i + Vector<float>.Count <= count; i += Vector<float>.Count)
            Vector.Max(Vector.Load(x + i), Vector<float>.Zero).Store(x + i);
        for (; i < count; i++)
            x[i] = MathF.Max(x[i], 0);
    }
}
