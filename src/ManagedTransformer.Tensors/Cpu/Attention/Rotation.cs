using ManagedTransformer.Tensors.Cpu.Simd;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Cpu.Attention;

/// <summary>A <see cref="RotaryProblem"/>: item i of the range is row i of [Batch, Length].</summary>
internal readonly unsafe struct Rotation<TOps, TVector>(in RotaryProblem problem) : IRangeJob
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    private readonly float* _x = problem.X.Floats(), _y = problem.Y.Floats(), _cos = problem.Cos.Floats(), _sin = problem.Sin.Floats();
    private readonly int* _positions = problem.Positions.Integers();
    private readonly RowStrides _xStrides = problem.XStrides, _yStrides = problem.YStrides;
    private readonly int _length = problem.Length, _heads = problem.Heads, _rotated = problem.Rotated, _width = problem.Width,
        _first = problem.First;
    private readonly uint _sign = problem.Inverse ? 0x8000_0000 : 0;

    public readonly void Execute(long start, long end)
    {
        for (long row = start; row < end; row++)
        {
            int batch = (int)(row / _length), t = (int)(row % _length);
            long place = (long)(_width / 2) * (_positions is null ? _first + t : _positions[row]);
            for (int head = 0; head < _heads; head++)
            {
                float* x = new HeadRows(_x, _xStrides, batch, head)[t], y = new HeadRows(_y, _yStrides, batch, head)[t];
                if (head < _rotated)
                {
                    Rotate(x, y, _cos + place, _sin + place);
                }
                else
                {
                    new ReadOnlySpan<float>(x, _width).CopyTo(new Span<float>(y, _width));
                }
            }
        }
    }

    private readonly void Rotate(float* x, float* y, float* cos, float* sin)
    {
        int half = _width / 2;
        TVector sign = TOps.BroadcastBits(_sign);
        for (int j = 0; j < half; j += TOps.Count)
        {
            int left = half - j;
            TVector first = VectorTail<TOps, TVector>.LoadUpTo(x + j, left),
                second = VectorTail<TOps, TVector>.LoadUpTo(x + half + j, left);
            TVector c = VectorTail<TOps, TVector>.LoadUpTo(cos + j, left),
                s = TOps.Xor(VectorTail<TOps, TVector>.LoadUpTo(sin + j, left), sign);
            VectorTail<TOps, TVector>.StoreUpTo(TOps.NegatedMultiplyAdd(second, s, TOps.Multiply(first, c)), y + j, left);
            VectorTail<TOps, TVector>.StoreUpTo(TOps.MultiplyAdd(first, s, TOps.Multiply(second, c)), y + half + j, left);
        }
    }
}
