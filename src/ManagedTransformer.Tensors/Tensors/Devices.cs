namespace ManagedTransformer.Tensors;

/// <summary>The devices of this machine by name: <c>cpu</c>, and what the providers that were registered find.</summary>
public static class Devices
{
    /// <summary>The name that stands for the best device that is not the CPU.</summary>
    public const string Gpu = "gpu";

    private static readonly Lock _gate = new();
    private static readonly List<DeviceProvider> _providers = [];
    private static readonly Dictionary<string, Device> _open = new(StringComparer.Ordinal);

    /// <summary>Adds the devices of a provider; a second time it does nothing.</summary>
    /// <param name="provider">Finds and opens devices of one kind. Earlier ones are preferred.</param>
    internal static void Register(DeviceProvider provider)
    {
        ArgumentNullException.ThrowIfNull(provider);
        lock (_gate)
        {
            if (_providers.TrueForAll(other => other.Kind != provider.Kind))
            {
                _providers.Add(provider);
            }
        }
    }

    /// <summary>All devices, the CPU first, then those of the providers, best first.</summary>
    public static IReadOnlyList<DeviceDescription> All()
    {
        lock (_gate)
        {
            return [new DeviceDescription(Device.Cpu.Name, Device.Cpu.Description, 0),
                .. _providers.SelectMany(provider => provider.Find())];
        }
    }

    /// <summary>The device of a name. The same name gives the same device.</summary>
    /// <param name="name"><c>cpu</c>, <c>gpu</c> (the best one that is not the CPU), <c>cuda</c>, <c>cuda:1</c>,
    /// <c>opencl</c>, <c>opencl:0</c>, …</param>
    /// <exception cref="DeviceException">There is no such device, or it cannot be used.</exception>
    public static Device Open(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        lock (_gate)
        {
            if (name == Device.Cpu.Name)
            {
                return Device.Cpu;
            }

            DeviceDescription found = Choose(name);
            if (!_open.TryGetValue(found.Name, out Device? device))
            {
                DeviceProvider provider = _providers.Find(candidate => candidate.Kind == KindOf(found.Name))!;
                _open[found.Name] = device = provider.Open(found.Name);
            }

            return device;
        }
    }

    /// <summary>Finds the device that <see cref="Open"/> would open for a name other than that of the CPU.</summary>
    /// <exception cref="DeviceException">There is no such device.</exception>
    internal static DeviceDescription Find(string name)
    {
        lock (_gate)
        {
            return Choose(name);
        }
    }

    private static DeviceDescription Choose(string name)
    {
        if (name == Gpu)
        {
            return _providers.SelectMany(provider => provider.Find()).OrderByDescending(found => found.Rank).FirstOrDefault()
                ?? throw new DeviceException($"No GPU was found: {Reasons(_providers)}");
        }

        DeviceProvider? provider = _providers.Find(candidate => candidate.Kind == KindOf(name));
        if (provider is null)
        {
            throw new DeviceException(_providers.Count == 0
                ? $"There is no device \"{name}\": {Reasons(_providers)}"
                : $"There is no device \"{name}\"; the names are {KnownNames()}.");
        }

        IReadOnlyList<DeviceDescription> all = provider.Find();
        string exact = name == provider.Kind ? $"{name}:0" : name;
        return all.FirstOrDefault(found => found.Name == exact) ?? throw new DeviceException(all.Count == 0
            ? $"There is no device \"{name}\": {Reasons([provider])}"
            : $"There is no device \"{name}\"; found are {string.Join(", ", all.Select(found => found.Name))}.");
    }

    private static string KindOf(string name) => name.Split(':')[0];

    private static string KnownNames() => string.Join(", ", (string[])["cpu", Gpu, .. _providers.Select(provider => provider.Kind)]);

    private static string Reasons(List<DeviceProvider> providers) => providers.Count == 0
        ? "this program is without GPU kernels; the package ManagedTransformer.Gpu has them, and so has the tool ManagedTransformer.Tool."
        : $"{string.Join(", and ", providers.Select(provider => provider.Absence))}.";
}
