using System.Runtime.CompilerServices;
using ManagedTransformer.Tensors.Cpu.Simd;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Cpu.Elementwise;

/// <summary>dgate = dy up act'(gate) and dup = dy act(gate), row by row: the activation is computed anew.</summary>
internal readonly unsafe struct GatedBackward<TOps, TVector, TFunction>(TFunction function, in GatedProblem problem) : IRangeJob
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
    where TFunction : unmanaged, IUnaryFunction<TVector>
{
    private readonly TFunction _function = function;
    private readonly float* _gate = problem.Gate.Floats(), _up = problem.Up.Floats(), _dy = problem.DY.Floats(),
        _dGate = problem.DGate.Floats(), _dUp = problem.DUp.Floats();
    private readonly long _gateStride = problem.GateStride, _upStride = problem.UpStride, _dGateStride = problem.DGateStride,
        _dUpStride = problem.DUpStride;
    private readonly int _width = problem.Width;

    public readonly void Execute(long start, long end)
    {
        // A copy: stores might change the field itself, for all the compiler knows.
        TFunction function = _function;
        for (long row = start; row < end; row++)
        {
            float* gate = _gate + (row * _gateStride), up = _up + (row * _upStride), dy = _dy + (row * _width);
            float* dGate = _dGate + (row * _dGateStride), dUp = _dUp + (row * _dUpStride);
            int width = _width, i = 0;
            for (; i <= width - TOps.Count; i += TOps.Count)
            {
                Differentiate(function, TOps.Load(gate + i), TOps.Load(up + i), TOps.Load(dy + i), out TVector left, out TVector right);
                TOps.Store(left, dGate + i);
                TOps.Store(right, dUp + i);
            }

            int rest = width - i;
            if (rest > 0)
            {
                Differentiate(function, TOps.LoadFirst(gate + i, rest), TOps.LoadFirst(up + i, rest), TOps.LoadFirst(dy + i, rest),
                    out TVector left, out TVector right);
                TOps.StoreFirst(left, dGate + i, rest);
                TOps.StoreFirst(right, dUp + i, rest);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Differentiate(TFunction function, TVector gate, TVector up, TVector dy, out TVector dGate, out TVector dUp)
    {
        TVector value = function.Value(gate), slope = function.Derivative(TFunction.DerivativeFromOutput ? value : gate);
        dGate = TOps.Multiply(TOps.Multiply(dy, up), slope);
        dUp = TOps.Multiply(dy, value);
    }
}
