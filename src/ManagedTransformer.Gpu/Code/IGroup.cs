using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// What the threads of a group compute together. All threads of the group must call; all get the same result, from an order that the group's size fixes. The group's size is a
/// power of two from 32 to 1,024. Kernels take it as a type parameter, since a test of the device inside a kernel would not remove what the device does not have.
/// </summary>
internal interface IGroup
{
    /// <summary>Combines one number of every thread.</summary>
    /// <param name="value">The thread's number.</param><param name="scratch">Shared memory of as many elements as the group has threads.</param>
    float Reduce<TCombine>(float value, ArrayView<float> scratch)
        where TCombine : struct, ICombine;
}
