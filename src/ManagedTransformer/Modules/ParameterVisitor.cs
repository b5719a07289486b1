using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules;

/// <summary>Collects the parameters of a module tree under dotted names.</summary>
public sealed class ParameterVisitor
{
    private readonly List<NamedParameter> _parameters = [];
    private readonly List<NamedBuffer> _buffers = [];
    private readonly List<Parameter> _matrices = [];
    private readonly List<NamedMap> _maps = [];
    private readonly List<BatchNorm> _batchNorms = [];
    private readonly HashSet<Tensor> _seen = new(ReferenceEqualityComparer.Instance);
    private string _prefix = "";

    /// <summary>What was collected so far.</summary>
    public IReadOnlyList<NamedParameter> Parameters => _parameters;

    /// <summary>Untrained tensors collected so far.</summary>
    public IReadOnlyList<NamedBuffer> Buffers => _buffers;

    /// <summary>Those of the parameters that linear maps and lookups alone read.</summary>
    internal IReadOnlyList<Parameter> Matrices => _matrices;

    /// <summary>Linear maps collected so far, which adapters may stand beside.</summary>
    internal IReadOnlyList<NamedMap> Maps => _maps;

    /// <summary>Batch norms collected so far.</summary>
    internal IReadOnlyList<BatchNorm> BatchNorms => _batchNorms;

    /// <summary>
    /// Adds a parameter of the module at hand; null (a weight that this configuration lacks) and repetitions are left out.
    /// </summary>
    /// <param name="name">Its name within the module.</param>
    /// <param name="parameter">The parameter.</param>
    public void Add(string name, Parameter? parameter)
    {
        if (parameter is not null && _seen.Add(parameter))
        {
            _parameters.Add(new NamedParameter(_prefix + name, parameter));
        }
    }

    /// <summary>Adds a matrix that only linear maps and lookups read, so that it may be stored as BFloat16.</summary>
    /// <param name="name">Its name within the module.</param>
    /// <param name="matrix">[rows, width]; null is left out.</param>
    internal void AddMatrix(string name, Parameter? matrix)
    {
        Add(name, matrix);
        if (matrix is not null)
        {
            _matrices.Add(matrix);
        }
    }

    /// <summary>Visits a submodule under a name; null is left out.</summary>
    /// <param name="name">Its name within the module; empty for none.</param>
    /// <param name="module">The submodule.</param>
    public void Add(string name, Module? module)
    {
        if (module is null)
        {
            return;
        }

        string outer = _prefix;
        _prefix = name.Length == 0 ? outer : $"{outer}{name}.";
        if (module is Linear map && !_seen.Contains(map.Weight))
        {
            _maps.Add(new NamedMap(_prefix.TrimEnd('.'), map));
        }
        else if (module is BatchNorm norm)
        {
            _batchNorms.Add(norm);
        }

        module.Visit(this);
        _prefix = outer;
    }

    /// <summary>Visits a list of submodules under <c>name.0</c>, <c>name.1</c>, ...</summary>
    /// <param name="name">The list's name.</param>
    /// <param name="modules">The submodules.</param>
    public void Add(string name, IEnumerable<Module> modules)
    {
        int index = 0;
        foreach (Module module in modules)
        {
            Add($"{name}.{index++}", module);
        }
    }

    /// <summary>Adds a tensor that is saved but not trained.</summary>
    /// <param name="name">Its name within the module.</param>
    /// <param name="buffer">The tensor.</param>
    public void AddBuffer(string name, Tensor buffer)
    {
        if (_seen.Add(buffer))
        {
            _buffers.Add(new NamedBuffer(_prefix + name, buffer));
        }
    }
}
