using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>Makes the contexts in which ILGPU compiles kernels.</summary>
internal static class KernelContext
{
    /// <summary>
    /// The level to which ILGPU optimises kernels before a driver, which optimises anyway, sees them. At level O2 the last pass of ILGPU
    /// 1.5.3 moves a load whose value only goes into the next round of a loop behind the stores of its block, so that <c>c = a[i]; a[i] =
    /// sum; sum += c;</c> reads what it has just written.
    /// </summary>
    private const OptimizationLevel Optimization = OptimizationLevel.O1;

    /// <summary>A context with the devices that <paramref name="addDevices"/> asks for.</summary>
    public static Context Create(Func<Context.Builder, Context.Builder> addDevices)
    {
        Context context = Context.Create(builder => addDevices(builder.Optimize(Optimization)));
        FusedProduct.Register(context);
        TensorRegister.Register(context);
        return context;
    }
}
