using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Gpu;

/// <summary>The kernels of functions of two numbers.</summary>
internal static class BinaryKernels
{
    // One delegate each: the launcher finds a compiled kernel by its delegate.
    private static readonly Action<BinaryArguments> _add = BinaryKernel.Run<BinaryCode.Add>;
    private static readonly Action<BinaryArguments> _subtract = BinaryKernel.Run<BinaryCode.Subtract>;
    private static readonly Action<BinaryArguments> _multiply = BinaryKernel.Run<BinaryCode.Multiply>;
    private static readonly Action<BinaryArguments> _divide = BinaryKernel.Run<BinaryCode.Divide>;
    private static readonly Action<BinaryArguments> _power = BinaryKernel.Run<BinaryCode.Power>;
    private static readonly Action<BinaryArguments> _maximum = BinaryKernel.Run<BinaryCode.Maximum>;
    private static readonly Action<BinaryArguments> _minimum = BinaryKernel.Run<BinaryCode.Minimum>;
    private static readonly Action<BinaryArguments> _equal = BinaryKernel.Run<BinaryCode.Equal>;
    private static readonly Action<BinaryArguments> _notEqual = BinaryKernel.Run<BinaryCode.NotEqual>;
    private static readonly Action<BinaryArguments> _less = BinaryKernel.Run<BinaryCode.Less>;
    private static readonly Action<BinaryArguments> _lessOrEqual = BinaryKernel.Run<BinaryCode.LessOrEqual>;
    private static readonly Action<BinaryArguments> _greater = BinaryKernel.Run<BinaryCode.Greater>;
    private static readonly Action<BinaryArguments> _greaterOrEqual = BinaryKernel.Run<BinaryCode.GreaterOrEqual>;

    /// <summary>The kernel of a function.</summary>
    public static Action<BinaryArguments> KernelOf(BinaryOp op) => op switch
    {
        BinaryOp.Add => _add,
        BinaryOp.Subtract => _subtract,
        BinaryOp.Multiply => _multiply,
        BinaryOp.Divide => _divide,
        BinaryOp.Power => _power,
        BinaryOp.Maximum => _maximum,
        BinaryOp.Minimum => _minimum,
        BinaryOp.Equal => _equal,
        BinaryOp.NotEqual => _notEqual,
        BinaryOp.Less => _less,
        BinaryOp.LessOrEqual => _lessOrEqual,
        BinaryOp.Greater => _greater,
        BinaryOp.GreaterOrEqual => _greaterOrEqual,
        _ => throw new NotSupportedException($"The GPU has no kernel for the function {op}."),
    };
}
