using ManagedTransformer.Tensors.Cpu.Simd;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Cpu.Elementwise;

/// <summary>y = act(gate) up, row by row.</summary>
internal readonly unsafe struct GatedForward<TOps, TVector, TFunction>(TFunction function, in GatedProblem problem) : IRangeJob
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
    where TFunction : unmanaged, IUnaryFunction<TVector>
{
    private readonly TFunction _function = function;
    private readonly float* _gate = problem.Gate.Floats(), _up = problem.Up.Floats(), _y = problem.Y.Floats();
    private readonly long _gateStride = problem.GateStride, _upStride = problem.UpStride;
    private readonly int _width = problem.Width;

    public readonly void Execute(long start, long end)
    {
        // A copy: stores might change the field itself, for all the compiler knows.
        TFunction function = _function;
        for (long row = start; row < end; row++)
        {
            float* gate = _gate + (row * _gateStride), up = _up + (row * _upStride), y = _y + (row * _width);
            int width = _width, i = 0;
            for (; i <= width - TOps.Count; i += TOps.Count)
            {
                TOps.Store(TOps.Multiply(function.Value(TOps.Load(gate + i)), TOps.Load(up + i)), y + i);
            }

            if (i < width)
            {
                TVector rest = TOps.Multiply(function.Value(TOps.LoadFirst(gate + i, width - i)), TOps.LoadFirst(up + i, width - i));
                TOps.StoreFirst(rest, y + i, width - i);
            }
        }
    }
}
