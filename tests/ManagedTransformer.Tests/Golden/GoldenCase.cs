using System.Text.Json;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tensors.Serialization;

namespace ManagedTransformer.Tests.Golden;

/// <summary>
/// One file of expected values: a safetensors file with tensors <c>in/</c>, <c>param/</c>, <c>cot/</c> (what the outputs are multiplied
/// with before they are summed up and differentiated), <c>out/</c>, <c>grad/in/</c> and <c>grad/param/</c>,
/// or a JSON document with a list of cases.
/// </summary>
internal sealed class GoldenCase
{
    private readonly string _path;
    private readonly Dictionary<string, SafetensorsEntry> _entries = [];
    private readonly Dictionary<string, double> _largest = [];
    private Dictionary<string, float[]>? _floats;

    public GoldenCase(string path)
    {
        _path = path;
        Name = Path.GetFileNameWithoutExtension(path);
        if (Path.GetExtension(path) == ".json")
        {
            Document = JsonDocument.Parse(File.ReadAllBytes(path)).RootElement;
            System = Document.GetProperty("system").GetString()!;
            Config = new GoldenConfig(Document);
            return;
        }

        using SafetensorsFile file = SafetensorsFile.Open(path);
        System = file.Metadata["system"];
        Config = new GoldenConfig(JsonDocument.Parse(file.Metadata.TryGetValue("config", out string? config) ? config : "{}").RootElement);
        _entries = file.Entries.ToDictionary(entry => entry.Name);
    }

    /// <summary>
    /// Whether a file holds what another test expects, and is no case itself. A file that cannot be read is a case, which fails.
    /// </summary>
    public static bool IsExpectation(string path)
    {
        try
        {
            return new GoldenCase(path).System.EndsWith(".expected", StringComparison.Ordinal);
        }
        catch (Exception)
        {
            return false;
        }
    }

    /// <summary>The file's name without its ending.</summary>
    public string Name { get; }

    /// <summary>What computes the case, for instance <c>baseline.layer_norm</c>.</summary>
    public string System { get; }

    public GoldenConfig Config { get; }

    /// <summary>The content of a JSON file.</summary>
    public JsonElement Document { get; }

    public IEnumerable<string> Names => _entries.Keys;

    public bool Has(string name) => _entries.ContainsKey(name);

    public bool IsInteger(string name) =>
        Entry(name).Type is not (SafetensorsType.Float64 or SafetensorsType.Float32 or SafetensorsType.Float16 or SafetensorsType.BFloat16);

    public Shape ShapeOf(string name) => new([.. Entry(name).Shape.Select(size => checked((int)size))]);

    /// <summary>The elements of a tensor, not to be written to; integers are converted.</summary>
    public float[] Values(string name)
    {
        if (IsInteger(name))
        {
            return [.. IntegerValues(name).Select(value => (float)value)];
        }

        _ = Entry(name);
        return (_floats ??= ReadFloats())[name];
    }

    /// <summary>The largest magnitude of a tensor; 0 for one without elements.</summary>
    public double Largest(string name)
    {
        if (!_largest.TryGetValue(name, out double largest))
        {
            _largest[name] = largest = Values(name).Select(value => (double)Math.Abs(value)).DefaultIfEmpty().Max();
        }

        return largest;
    }

    public int[] IntegerValues(string name)
    {
        _ = Entry(name);
        using SafetensorsFile file = SafetensorsFile.Open(_path);
        return file.ReadIntegers(name);
    }

    public long[] LongValues(string name)
    {
        _ = Entry(name);
        using SafetensorsFile file = SafetensorsFile.Open(_path);
        return file.ReadLongs(name);
    }

    /// <summary>A Float32 tensor; integers (masks) are converted.</summary>
    public Tensor Floats(string name) => Tensor.From(Values(name), ShapeOf(name));

    public Tensor? OptionalFloats(string name) => Has(name) ? Floats(name) : null;

    public Tensor Integers(string name) => Tensor.From(IntegerValues(name), ShapeOf(name));

    /// <summary>What follows a prefix in the names that have it, for instance the names of all parameters.</summary>
    public IEnumerable<string> NamesUnder(string prefix) =>
        Names.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).Select(name => name[prefix.Length..]);

    // All at once: opening the file anew for every tensor takes seconds where a case has hundreds of them.
    private Dictionary<string, float[]> ReadFloats()
    {
        using SafetensorsFile file = SafetensorsFile.Open(_path);
        return _entries.Keys.Where(name => !IsInteger(name)).ToDictionary(name => name, file.ReadFloats);
    }

    private SafetensorsEntry Entry(string name) =>
        _entries.TryGetValue(name, out SafetensorsEntry? entry) ? entry : throw new InvalidDataException($"the file lacks '{name}'");
}
