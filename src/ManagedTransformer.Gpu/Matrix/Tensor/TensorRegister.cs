using System.Globalization;
using ILGPU;
using ILGPU.Backends.PTX;
using ILGPU.IR;
using ILGPU.IR.Intrinsics;
using ILGPU.IR.Values;

namespace ManagedTransformer.Gpu;

/// <summary>
/// What kernels on tensor cores read into variables of their own: <c>out</c> arguments of inline assembly would go through local memory.
/// Contexts of <see cref="KernelContext"/> know it, and CUDA kernels alone can use it.
/// </summary>
internal static class TensorRegister
{
    /// <summary>A register of sums (<see cref="TensorText"/>); the number is a constant.</summary>
    [IntrinsicImplementation]
    public static float Sum(int number) => throw new NotSupportedException($"There is no register {number} outside of CUDA kernels.");

    /// <summary>The address of dynamic shared memory. The kernel also asks for it as a view: else it would not be declared.</summary>
    [IntrinsicImplementation]
    public static uint SharedMemory() => throw new NotSupportedException("There is no shared memory outside of CUDA kernels.");

    /// <summary>A number in shared memory, at an address and a number of bytes behind it, which is a constant.</summary>
    [IntrinsicImplementation]
    public static float Load(uint address, int offset) =>
        throw new NotSupportedException($"There is no shared memory at {address} and {offset} outside of CUDA kernels.");

    /// <summary>Teaches a context to compile the methods.</summary>
    public static void Register(Context context)
    {
        Register(context, nameof(Sum), nameof(WriteSum));
        Register(context, nameof(SharedMemory), nameof(WriteSharedMemory));
        Register(context, nameof(Load), nameof(WriteLoad));
    }

    private static void Register(Context context, string method, string writer) => context.GetIntrinsicManager().RegisterMethod(
        typeof(TensorRegister).GetMethod(method)!,
        new PTXIntrinsic(typeof(TensorRegister), writer, IntrinsicImplementationMode.GenerateCode));

    private static void WriteSum(PTXBackend backend, PTXCodeGenerator generator, Value call)
    {
        int number = call[0].ResolveAs<PrimitiveValue>()!.Int32Value;
        Move(generator, "mov.f32", string.Create(CultureInfo.InvariantCulture, $"c{number}"), call);
    }

    private static void WriteSharedMemory(PTXBackend backend, PTXCodeGenerator generator, Value call) =>
        Move(generator, "mov.u32", "__dyn_shared_alloca", call);

    private static void WriteLoad(PTXBackend backend, PTXCodeGenerator generator, Value call)
    {
        PTXRegisterAllocator.HardwareRegister address = generator.LoadHardware(call[0]), target = generator.AllocateHardware(call);
        using PTXCodeGenerator.CommandEmitter command = generator.BeginCommand("ld.shared.f32");
        command.AppendArgument(target);
        command.AppendArgumentValue(address, call[1].ResolveAs<PrimitiveValue>()!.Int32Value);
    }

    private static void Move(PTXCodeGenerator generator, string operation, string source, Value call)
    {
        PTXRegisterAllocator.HardwareRegister target = generator.AllocateHardware(call);
        using PTXCodeGenerator.CommandEmitter command = generator.BeginCommand(operation);
        command.AppendArgument(target);
        command.AppendRawValueReference(source);
    }
}
