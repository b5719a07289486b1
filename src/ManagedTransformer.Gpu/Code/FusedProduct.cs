using System.Reflection;
using ILGPU;
using ILGPU.Backends.OpenCL;
using ILGPU.Backends.PTX;
using ILGPU.IR;
using ILGPU.IR.Intrinsics;

namespace ManagedTransformer.Gpu;

/// <summary>
/// The product that is added without being rounded, one instruction on every GPU. ILGPU has none for OpenCL, and leaves it to the driver
/// whether a product and a sum are fused: long sums would lose up to a bit more on one device than on another. Contexts of
/// <see cref="KernelContext"/> know it.
/// </summary>
internal static class FusedProduct
{
    /// <summary>c + a b, rounded once (on ILGPU's CPU accelerator, which nothing but tests uses, twice).</summary>
    [IntrinsicImplementation]
    public static float Add(float a, float b, float c) => c + (a * b);

    /// <summary>Teaches a context to compile <see cref="Add"/>.</summary>
    public static void Register(Context context)
    {
        MethodInfo method = typeof(FusedProduct).GetMethod(nameof(Add))!;
        IntrinsicImplementationManager intrinsics = context.GetIntrinsicManager();
        intrinsics.RegisterMethod(method,
            new CLIntrinsic(typeof(FusedProduct), nameof(WriteOpenCl), IntrinsicImplementationMode.GenerateCode));
        intrinsics.RegisterMethod(method,
            new PTXIntrinsic(typeof(FusedProduct), nameof(WritePtx), IntrinsicImplementationMode.GenerateCode));
    }

    private static void WriteOpenCl(CLBackend backend, CLCodeGenerator generator, Value call)
    {
        CLCodeGenerator.Variable a = generator.Load(call[0]), b = generator.Load(call[1]), c = generator.Load(call[2]);
        using CLCodeGenerator.StatementEmitter statement = generator.BeginStatement(generator.Allocate(call));
        statement.AppendCommand("fma");
        statement.BeginArguments();
        statement.AppendArgument(a);
        statement.AppendArgument(b);
        statement.AppendArgument(c);
        statement.EndArguments();
    }

    private static void WritePtx(PTXBackend backend, PTXCodeGenerator generator, Value call)
    {
        PTXRegisterAllocator.PrimitiveRegister a = generator.LoadPrimitive(call[0]), b = generator.LoadPrimitive(call[1]),
            c = generator.LoadPrimitive(call[2]);
        PTXRegisterAllocator.HardwareRegister target = generator.AllocateHardware(call);
        using PTXCodeGenerator.CommandEmitter command = generator.BeginCommand("fma.rn.f32");
        command.AppendArgument(target);
        command.AppendArgument(a);
        command.AppendArgument(b);
        command.AppendArgument(c);
    }
}
