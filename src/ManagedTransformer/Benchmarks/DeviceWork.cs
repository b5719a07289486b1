using ManagedTransformer.Tensors;

namespace ManagedTransformer.Benchmarks;

/// <summary>Work whose speed is compared between devices.</summary>
/// <param name="Group">What kind of work it is.</param>
/// <param name="Name">The work.</param>
/// <param name="Unit">Unit of its rate.</param>
/// <param name="Amount">How many units of work one run does: the rate is the amount over the seconds.</param>
/// <param name="Prepare">Makes what it needs on the current device, and gives what does it once.</param>
/// <param name="Precision">The precision of matrix products on a device that has it; one that lacks it multiplies in its own.</param>
internal sealed record DeviceWork(
    string Group, string Name, string Unit, double Amount, Func<Action> Prepare, MatMulPrecision Precision = MatMulPrecision.Float32);
