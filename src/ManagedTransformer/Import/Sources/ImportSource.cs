using ManagedTransformer.Modules;
using ManagedTransformer.Torch;
using ManagedTransformer.Torch.Pickling;

namespace ManagedTransformer.Import.Sources;

/// <summary>A checkpoint to import, and what becomes known about it meanwhile.</summary>
/// <param name="file">The file.</param>
/// <param name="options">What it does not say about itself.</param>
internal sealed class ImportSource(TorchFile file, ImportOptions options)
{
    private readonly List<string> _notes = [];

    /// <summary>The file.</summary>
    public string Path => file.Path;

    /// <summary>What was saved.</summary>
    public PickleValue Root => file.Root;

    /// <summary>What the file does not say about itself.</summary>
    public ImportOptions Options => options;

    /// <summary>What the user should know: assumptions, things left out.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>Adds a sentence to the notes, once.</summary>
    public void Note(string sentence)
    {
        if (!_notes.Contains(sentence))
        {
            _notes.Add(sentence);
        }
    }

    /// <summary>Something that cannot be imported.</summary>
    /// <param name="fault">What, behind the file's name, without a full stop.</param>
    public InputException Refuse(string fault) => new($"{file.Path}: {PickleText.Clean(fault)}.");

    /// <summary>Checks a number of layers before anything is made for each of them.</summary>
    /// <exception cref="InputException">No model has as many, or as few.</exception>
    public int RequireLayers(int count) => count is > 0 and <= ModelSizes.MostLayers
        ? count
        : throw Refuse($"it has {count} layers; 1 to {ModelSizes.MostLayers} are possible");

    /// <summary>The top level of the file.</summary>
    /// <exception cref="InputException">It is no dictionary.</exception>
    public PickleDictionary RootDictionary() => file.Root as PickleDictionary
        ?? throw Refuse($"its top level is {PickleText.Describe(file.Root)}, no dictionary, so it is no checkpoint of this kind");
}
