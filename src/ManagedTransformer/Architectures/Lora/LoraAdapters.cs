using System.Globalization;
using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.Lora;

/// <summary>Adapters of whole models: set beside the maps that a configuration names, and folded into them.</summary>
internal static class LoraAdapters
{
    private const string Down = "lora_a.weight", Up = "lora_b.weight";

    /// <summary>The linear maps of a model that can have an adapter, in the order of its parameters.</summary>
    /// <param name="module">The model.</param>
    public static IReadOnlyList<NamedMap> Maps(Module module)
    {
        ParameterVisitor visitor = new();
        module.Visit(visitor);
        return visitor.Maps;
    }

    /// <summary>Whether a parameter belongs to an adapter.</summary>
    /// <param name="parameter">Its name.</param>
    public static bool IsAdapter(string parameter) =>
        parameter.EndsWith(Down, StringComparison.Ordinal) || parameter.EndsWith(Up, StringComparison.Ordinal);

    /// <summary>Whether a target stands for a map.</summary>
    /// <param name="target">A name, or the end of one from a point on.</param>
    /// <param name="map">The map's name; the number of one of several maps in a row may be left out.</param>
    public static bool Matches(string target, string map) => EndsWith(map, target) || EndsWith(WithoutNumber(map), target);

    /// <summary>Sets fresh adapters beside the maps that a configuration names, and freezes everything else.</summary>
    /// <param name="module">A model without adapters.</param>
    /// <param name="config">Validated.</param>
    /// <param name="random">Source of the initial values.</param>
    /// <exception cref="InputException">A target that no map of the model has.</exception>
    public static void Attach(Module module, LoraConfig config, RandomSource random)
    {
        ParameterVisitor visitor = new();
        module.Visit(visitor);
        foreach (string target in config.Adapted)
        {
            if (!visitor.Maps.Any(named => Matches(target, named.Name)))
            {
                throw new InputException(
                    $"model.lora.targets has '{target}', and the model has no such linear map; it has {Kinds(visitor.Maps)}.");
            }
        }

        SetTraining(module, visitor, isFrozen: true);
        foreach (NamedMap named in visitor.Maps.Where(named => config.Adapted.Any(target => Matches(target, named.Name))))
        {
            Shape weight = named.Map.Weight.Shape;
            named.Map.Adapter = new LoraAdapter(weight[1], weight[0], config.Rank, config.Alpha, random, config.Dropout);
        }
    }

    /// <summary>Folds all adapters into the weights of their maps, after which everything is trained.</summary>
    /// <param name="module">The model.</param>
    public static void Merge(Module module)
    {
        ParameterVisitor visitor = new();
        module.Visit(visitor);
        foreach (NamedMap named in visitor.Maps)
        {
            named.Map.MergeAdapter();
        }

        SetTraining(module, visitor, isFrozen: false);
    }

    /// <summary>Targets that stand for some of the maps of a model and for no other.</summary>
    /// <param name="maps">All maps.</param>
    /// <param name="adapted">The names of some.</param>
    /// <returns>What they are called, or, where other maps are called so too, their whole names.</returns>
    public static IReadOnlyList<string> Targets(IReadOnlyList<NamedMap> maps, HashSet<string> adapted)
    {
        string[] kinds = [.. maps.Where(named => adapted.Contains(named.Name)).Select(named => Kind(named.Name)).Distinct()];
        return maps.All(named => adapted.Contains(named.Name) == kinds.Any(kind => Matches(kind, named.Name)))
            ? kinds
            : [.. maps.Select(named => named.Name).Where(adapted.Contains)];
    }

    /// <summary>What the maps of a model are called, each once.</summary>
    /// <param name="maps">The maps.</param>
    public static string Kinds(IEnumerable<NamedMap> maps) =>
        string.Join(", ", maps.Select(named => Kind(named.Name)).Distinct());

    // Running statistics are frozen with the weights: an adapter saved alone has no place for them.
    private static void SetTraining(Module module, ParameterVisitor visitor, bool isFrozen)
    {
        foreach (NamedParameter named in module.Parameters())
        {
            named.Parameter.RequiresGradient = !isFrozen && named.Parameter.DType == DType.Float32;
        }

        foreach (BatchNorm norm in visitor.BatchNorms)
        {
            norm.IsFrozen = isFrozen;
        }
    }

    private static string Kind(string map) => WithoutNumber(map).Split('.')[^1];

    private static bool EndsWith(string map, string target) => map.EndsWith(target, StringComparison.Ordinal)
        && (map.Length == target.Length || map[map.Length - target.Length - 1] == '.');

    private static string WithoutNumber(string name)
    {
        int point = name.LastIndexOf('.');
        return point > 0 && int.TryParse(name.AsSpan(point + 1), NumberStyles.None, CultureInfo.InvariantCulture, out _)
            ? name[..point]
            : name;
    }
}
