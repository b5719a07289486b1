using System.Text.Json;
using ManagedTransformer.Files;
using ManagedTransformer.Json;
using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tensors.Serialization;

namespace ManagedTransformer.Checkpoints.HuggingFace;

/// <summary>The weights of a folder: one safetensors file, or several and an index that says which of them has a tensor.</summary>
internal sealed class SafetensorsShards : IDisposable
{
    private const string IndexFile = "model.safetensors.index.json";
    private readonly Dictionary<string, SafetensorsFile> _files = [];
    private readonly Dictionary<string, string> _fileOf = [];
    private readonly List<SafetensorsEntry> _entries = [];
    private readonly string _folder;

    private SafetensorsShards(string folder, string name) => (_folder, Name) = (folder, Path.Combine(folder, name));

    /// <summary>What to name in errors: the file, or the index.</summary>
    public string Name { get; }

    /// <summary>The tensors of all files.</summary>
    public IReadOnlyList<SafetensorsEntry> Entries => _entries;

    /// <summary>Opens the files and checks that they hold what the index says, and nothing else.</summary>
    /// <exception cref="InputException">A file is missing or damaged, or a tensor is missing from its file or from the index, or occurs
    /// twice.</exception>
    public static SafetensorsShards Open(string folder)
    {
        string single = Path.Combine(folder, CheckpointFolder.ModelFile);
        InputFile.RefuseFolder(single);
        InputFile.RefuseFolder(Path.Combine(folder, IndexFile));
        bool isSingle = File.Exists(single);
        if (!isSingle && !File.Exists(Path.Combine(folder, IndexFile)))
        {
            throw new InputException(
                $"The folder '{folder}' has no weights in safetensors files: neither {CheckpointFolder.ModelFile} nor {IndexFile}.");
        }

        SafetensorsShards shards = new(folder, isSingle ? CheckpointFolder.ModelFile : IndexFile);
        try
        {
            if (isSingle)
            {
                shards.Add(CheckpointFolder.ModelFile);
            }
            else
            {
                shards.AddIndexed();
            }

            return shards;
        }
        catch
        {
            shards.Dispose();
            throw;
        }
    }

    /// <summary>A tensor, as float32.</summary>
    /// <exception cref="InputException">The file cannot be read.</exception>
    public Tensor Read(string tensor)
    {
        string file = _fileOf[tensor];
        return Try(file, () => _files[file].ReadTensor(tensor));
    }

    /// <summary>Requires floating-point numbers of a shape.</summary>
    /// <param name="entry">A tensor of the files.</param>
    /// <param name="shape">What the model has.</param>
    /// <exception cref="InputException">It has another shape, or holds something else.</exception>
    public void Require(SafetensorsEntry entry, long[] shape)
    {
        if (!entry.Shape.SequenceEqual(shape))
        {
            throw new InputException(
                $"{Name}: the tensor '{entry.Name}' has the shape [{string.Join(", ", entry.Shape)}] instead of "
                + $"[{string.Join(", ", shape)}], which {CheckpointFolder.ConfigFile} asks for.");
        }

        if (!ModuleWeights.IsFloat(entry.Type))
        {
            throw new InputException(
                $"{Name}: the tensor '{entry.Name}' holds {ModuleWeights.DescribeType(entry)} instead of floating-point numbers.");
        }
    }

    /// <summary>Requires an output projection to repeat the table that it is tied to.</summary>
    /// <param name="output">The name of the projection.</param>
    /// <param name="table">The table.</param>
    /// <param name="tableName">Its name in the files.</param>
    /// <exception cref="InputException">It differs, or cannot be read.</exception>
    public void RequireTied(string output, Tensor table, string tableName)
    {
        Tensor repeated = Read(output);
        if (!repeated.ToArray().AsSpan().SequenceEqual(table.ToArray()))
        {
            throw new InputException(
                $"{Name}: '{output}' differs from '{tableName}', though tie_word_embeddings makes them one table.");
        }

        repeated.Release();
    }

    /// <summary>Tensors into all parameters of a module, in the type that the innermost <see cref="WeightScope"/> asks for.</summary>
    /// <param name="module">The module.</param>
    /// <param name="nameOf">The tensor of a parameter, which has its shape.</param>
    /// <exception cref="InputException">A file cannot be read, or a tensor cannot be stored so.</exception>
    public void Read(Module module, Func<string, string> nameOf)
    {
        ParameterVisitor visitor = new();
        module.Visit(visitor);
        HashSet<Tensor> matrices = new(visitor.Matrices, ReferenceEqualityComparer.Instance);
        Try(Path.GetFileName(Name), () =>
        {
            SafetensorsWeights.Read(
                [
                    .. visitor.Parameters.Select(named => (named.Parameter, Name: nameOf(named.Name))).Select(named => new StoredParameter(
                        named.Parameter, _files[_fileOf[named.Name]], named.Name, matrices.Contains(named.Parameter))),
                ],
                WeightScope.Current);
            return true;
        });
    }

    /// <summary>Closes the files.</summary>
    public void Dispose()
    {
        foreach (SafetensorsFile file in _files.Values)
        {
            file.Dispose();
        }
    }

    private void AddIndexed()
    {
        Dictionary<string, string> index = ReadIndex();
        foreach (string file in index.Values.Distinct().Order(StringComparer.Ordinal))
        {
            Add(file);
        }

        foreach ((string tensor, string file) in index)
        {
            if (_fileOf.GetValueOrDefault(tensor) != file)
            {
                throw new InputException($"{Name}: the tensor '{tensor}' is not in the file '{file}'.");
            }
        }

        if (_entries.FirstOrDefault(entry => !index.ContainsKey(entry.Name)) is { } unnamed)
        {
            throw new InputException(
                $"{Name}: weight_map does not name the tensor '{unnamed.Name}', which the file '{_fileOf[unnamed.Name]}' has.");
        }
    }

    private Dictionary<string, string> ReadIndex() => JsonFile.ReadOnce(Name, root =>
    {
        Dictionary<string, string> index = [];
        JsonElement map = JsonFile.Require(root, "weight_map", JsonValueKind.Object, Name);
        foreach (JsonProperty property in map.EnumerateObject())
        {
            // Names come from a file that may be hostile: they must not lead out of the folder.
            if (property.Value.ValueKind != JsonValueKind.String || property.Value.GetString() is not { Length: > 0 } file
                || file.AsSpan().ContainsAny('/', '\\', '\0') || file is "." or "..")
            {
                throw new InputException($"{Name}: the place of the tensor '{property.Name}' is not the name of a file in the folder.");
            }

            index[property.Name] = file;
        }

        return index;
    });

    private void Add(string file)
    {
        SafetensorsFile opened = Try(file, () => SafetensorsFile.Open(Path.Combine(_folder, file)));
        _files.Add(file, opened);
        foreach (SafetensorsEntry entry in opened.Entries)
        {
            if (!_fileOf.TryAdd(entry.Name, file))
            {
                throw new InputException($"{Name}: the tensor '{entry.Name}' is in two files, '{_fileOf[entry.Name]}' and '{file}'.");
            }

            _entries.Add(entry);
        }
    }

    private T Try<T>(string file, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is InvalidDataException or NotSupportedException)
        {
            throw new InputException(e.Message, e);
        }
        catch (Exception e) when (InputFile.Describe(e, Path.Combine(_folder, file)) is { } reason)
        {
            throw new InputException(reason, e);
        }
    }
}
