using ILGPU;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Gpu;

/// <summary>Launches <see cref="UnaryKernel"/> with the code of one function.</summary>
internal abstract class UnaryLauncher
{
    private static readonly UnaryLauncher _affine = new Of<UnaryCode.Affine>();
    private static readonly UnaryLauncher _abs = new Of<UnaryCode.Abs>();
    private static readonly UnaryLauncher _exp = new Of<UnaryCode.Exp>();
    private static readonly UnaryLauncher _log = new Of<UnaryCode.Log>();
    private static readonly UnaryLauncher _sqrt = new Of<UnaryCode.Sqrt>();
    private static readonly UnaryLauncher _sin = new Of<UnaryCode.Sin>();
    private static readonly UnaryLauncher _cos = new Of<UnaryCode.Cos>();
    private static readonly UnaryLauncher _constant = new Of<UnaryCode.Constant>();
    private static readonly UnaryLauncher _square = new Of<UnaryCode.Square>();
    private static readonly UnaryLauncher _reciprocal = new Of<UnaryCode.Reciprocal>();
    private static readonly UnaryLauncher _power = new Of<UnaryCode.Power>();
    private static readonly UnaryLauncher _clamp = new Of<UnaryCode.Clamp>();
    private static readonly UnaryLauncher _tanh = new Of<UnaryCode.Tanh>();
    private static readonly UnaryLauncher _sigmoid = new Of<UnaryCode.Sigmoid>();
    private static readonly UnaryLauncher _softplus = new Of<UnaryCode.Softplus>();
    private static readonly UnaryLauncher _relu = new Of<UnaryCode.Relu>();
    private static readonly UnaryLauncher _gelu = new Of<UnaryCode.Gelu>();
    private static readonly UnaryLauncher _geluTanh = new Of<UnaryCode.GeluTanh>();
    private static readonly UnaryLauncher _silu = new Of<UnaryCode.Silu>();
    private static readonly UnaryLauncher _erf = new Of<UnaryCode.Erf>();

    /// <summary>
    /// The launcher of a function. Powers that need no logarithm have code of their own; it finds its parameters in a and b.
    /// </summary>
    public static UnaryLauncher For(UnaryOp op, ref float a, ref float b)
    {
        switch (op)
        {
            case UnaryOp.Affine: return _affine;
            case UnaryOp.Abs: return _abs;
            case UnaryOp.Exp: return _exp;
            case UnaryOp.Log: return _log;
            case UnaryOp.Sqrt: return _sqrt;
            case UnaryOp.Sin: return _sin;
            case UnaryOp.Cos: return _cos;
            case UnaryOp.Power when a == 0: (a, b) = (1f, 0f); return _constant;
            case UnaryOp.Power when a == 1: (a, b) = (1f, 0f); return _affine;
            case UnaryOp.Power when a == 2: return _square;
            case UnaryOp.Power when a == -1: return _reciprocal;
            case UnaryOp.Power: return _power;
            case UnaryOp.Clamp: return _clamp;
            case UnaryOp.Tanh: return _tanh;
            case UnaryOp.Sigmoid: return _sigmoid;
            case UnaryOp.Softplus: return _softplus;
            case UnaryOp.Relu: return _relu;
            case UnaryOp.Gelu: return _gelu;
            case UnaryOp.GeluTanh: return _geluTanh;
            case UnaryOp.Silu: return _silu;
            case UnaryOp.Erf: return _erf;
            default: throw new NotSupportedException($"The GPU has no kernel for the function {op}.");
        }
    }

    /// <summary>y[i] = f(x[i]).</summary>
    public abstract void Value(GpuDevice device, DeviceBuffer x, DeviceBuffer y, long count, float a, float b);

    /// <summary>dx[i] = dy[i] f'(x[i]), from y where that is cheaper.</summary>
    public abstract void Gradient(GpuDevice device, DeviceBuffer x, DeviceBuffer y, DeviceBuffer dy, DeviceBuffer dx, long count,
        float a, float b);

    private sealed class Of<TCode> : UnaryLauncher
        where TCode : struct, IUnaryCode
    {
        public override void Value(GpuDevice device, DeviceBuffer x, DeviceBuffer y, long count, float a, float b) =>
            device.LaunchOver(
                UnaryKernel.Value<TCode>, QuadStride.Elements(count),
                new UnaryArguments { X = x.Floats(), Y = y.Floats(), Count = count, A = a, B = b });

        public override void Gradient(GpuDevice device, DeviceBuffer x, DeviceBuffer y, DeviceBuffer dy, DeviceBuffer dx, long count,
            float a, float b)
        {
            ArrayView<float> argument = (default(TCode).DerivativeFromOutput ? y : x).Floats();
            device.LaunchOver(UnaryKernel.Gradient<TCode>, QuadStride.Elements(count), new UnaryArguments
            {
                X = argument,
                Upstream = dy.Floats(),
                Y = dx.Floats(),
                Count = count,
                A = a,
                B = b,
            });
        }
    }
}
