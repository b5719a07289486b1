using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Elementwise;

/// <summary>Applies functions of one argument to contiguous arrays on all threads.</summary>
internal static unsafe class UnaryLoop<TOps, TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    /// <summary>y[i] = f(x[i]).</summary>
    public static void Map<TFunction>(TFunction function, float* x, float* y, long count)
        where TFunction : unmanaged, IUnaryFunction<TVector>
    {
        var job = new ValueJob<TFunction> { Function = function, X = x, Y = y };
        Ranges.Run(count, Ranges.Grain, ref job);
    }

    /// <summary>dx[i] = dy[i] f'(at[i]), where at is x or f(x), as the function wants it.</summary>
    public static void MapGradient<TFunction>(TFunction function, float* x, float* y, float* dy, float* dx, long count)
        where TFunction : unmanaged, IDerivative<TVector>
    {
        var job = new GradientJob<TFunction> { Function = function, At = TFunction.DerivativeFromOutput ? y : x, DY = dy, DX = dx };
        Ranges.Run(count, Ranges.Grain, ref job);
    }

    private struct ValueJob<TFunction> : IRangeJob
        where TFunction : unmanaged, IUnaryFunction<TVector>
    {
        public TFunction Function;
        public float* X, Y;

        public readonly void Execute(long start, long end) =>
            RowMap<TOps, TVector>.Apply(Function, X + start, Y + start, end - start);
    }

    private struct GradientJob<TFunction> : IRangeJob
        where TFunction : unmanaged, IDerivative<TVector>
    {
        public TFunction Function;
        public float* At, DY, DX;

        public readonly void Execute(long start, long end)
        {
            TFunction function = Function;
            float* at = At, dy = DY, dx = DX;
            long i = start;
            for (; i <= end - TOps.Count; i += TOps.Count)
            {
                TOps.Store(TOps.Multiply(TOps.Load(dy + i), function.Derivative(TOps.Load(at + i))), dx + i);
            }

            int rest = (int)(end - i);
            if (rest > 0)
            {
                TOps.StoreFirst(TOps.Multiply(TOps.LoadFirst(dy + i, rest), function.Derivative(TOps.LoadFirst(at + i, rest))),
                    dx + i, rest);
            }
        }
    }
}
