namespace ManagedTransformer.Gpu;

/// <summary>Functions of one number: the threads stride over the elements, several at once (<see cref="QuadStride"/>).</summary>
internal static class UnaryKernel
{
    /// <summary>y[i] = f(x[i]).</summary>
    public static void Value<TCode>(UnaryArguments arguments)
        where TCode : struct, IUnaryCode
    {
        long i = GridStride.First, step = GridStride.Step;
        for (; i + (3 * step) < arguments.Count; i += 4 * step)
        {
            long j = i + step, k = j + step, l = k + step;
            float p = arguments.X[i], q = arguments.X[j], r = arguments.X[k], s = arguments.X[l];
            arguments.Y[i] = default(TCode).Value(p, arguments.A, arguments.B);
            arguments.Y[j] = default(TCode).Value(q, arguments.A, arguments.B);
            arguments.Y[k] = default(TCode).Value(r, arguments.A, arguments.B);
            arguments.Y[l] = default(TCode).Value(s, arguments.A, arguments.B);
        }

        for (; i < arguments.Count; i += step)
        {
            arguments.Y[i] = default(TCode).Value(arguments.X[i], arguments.A, arguments.B);
        }
    }

    /// <summary>y[i] = upstream[i] f'(x[i]).</summary>
    public static void Gradient<TCode>(UnaryArguments arguments)
        where TCode : struct, IUnaryCode
    {
        long i = GridStride.First, step = GridStride.Step;
        for (; i + step < arguments.Count; i += 2 * step)
        {
            long j = i + step;
            float p = arguments.X[i], q = arguments.X[j], u = arguments.Upstream[i], v = arguments.Upstream[j];
            arguments.Y[i] = u * default(TCode).Derivative(p, arguments.A, arguments.B);
            arguments.Y[j] = v * default(TCode).Derivative(q, arguments.A, arguments.B);
        }

        for (; i < arguments.Count; i += step)
        {
            arguments.Y[i] = arguments.Upstream[i] * default(TCode).Derivative(arguments.X[i], arguments.A, arguments.B);
        }
    }
}
