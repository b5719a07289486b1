namespace ManagedTransformer.Gpu;

/// <summary>Functions of one number: one thread per element, in strides.</summary>
internal static class UnaryKernel
{
    /// <summary>y[i] = f(x[i]).</summary>
    public static void Value<TCode>(UnaryArguments arguments)
        where TCode : struct, IUnaryCode
    {
        for (long i = GridStride.First; i < arguments.Count; i += GridStride.Step)
        {
            arguments.Y[i] = default(TCode).Value(arguments.X[i], arguments.A, arguments.B);
        }
    }

    /// <summary>y[i] = upstream[i] f'(x[i]).</summary>
    public static void Gradient<TCode>(UnaryArguments arguments)
        where TCode : struct, IUnaryCode
    {
        for (long i = GridStride.First; i < arguments.Count; i += GridStride.Step)
        {
            arguments.Y[i] = arguments.Upstream[i] * default(TCode).Derivative(arguments.X[i], arguments.A, arguments.B);
        }
    }
}
