namespace ManagedTransformer.Tensors;

/// <summary>A device that was found.</summary>
/// <param name="Name">The name that opens it (<see cref="Devices.Open"/>).</param>
/// <param name="Description">Description for people.</param>
/// <param name="Rank">The higher, the better: which device <c>gpu</c> stands for.</param>
public sealed record DeviceDescription(string Name, string Description, int Rank);
