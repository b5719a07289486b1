namespace ManagedTransformer.Tensors;

/// <summary>Finds and opens devices of one kind.</summary>
internal abstract class DeviceProvider
{
    /// <summary>The first part of its devices' names, for instance <c>cuda</c>.</summary>
    public abstract string Kind { get; }

    /// <summary>
    /// Says why there is no device of this kind, for when <see cref="Find"/> finds none: the part of a sentence behind a colon.
    /// </summary>
    public abstract string Absence { get; }

    /// <summary>The devices that are there, best first.</summary>
    public abstract IReadOnlyList<DeviceDescription> Find();

    /// <summary>Makes a device ready.</summary>
    /// <param name="name">A name that <see cref="Find"/> gave.</param>
    /// <exception cref="DeviceException">It cannot be used.</exception>
    public abstract Device Open(string name);
}
