namespace ManagedTransformer.Gpu.Tests;

/// <summary>Names between two braces: registers and labels; inner names hide outer ones.</summary>
internal sealed class PtxScope(PtxScope? outer)
{
    private readonly Dictionary<string, (int Index, PtxType Type)> _registers = [];
    private readonly Dictionary<string, int> _labels = [];
    private readonly Dictionary<string, string[]> _targets = [];

    public PtxScope? Outer => outer;

    public void Declare(string name, int index, PtxType type)
    {
        if (!_registers.TryAdd(name, (index, type)))
        {
            throw new PtxFault($"register {name} is declared twice in one scope");
        }
    }

    public void Label(string name, int statement)
    {
        if (!_labels.TryAdd(name, statement))
        {
            throw new PtxFault($"label {name} stands twice in one scope");
        }
    }

    public bool TryFindRegister(string name, out int index, out PtxType type)
    {
        for (PtxScope? scope = this; scope is not null; scope = scope.Outer)
        {
            if (scope._registers.TryGetValue(name, out (int Index, PtxType Type) found))
            {
                (index, type) = found;
                return true;
            }
        }

        (index, type) = (-1, default);
        return false;
    }

    /// <summary>Notes the labels that a branch by index may go to.</summary>
    public void Targets(string name, string[] labels) => _targets[name] = labels;

    public int[] FindTargets(string name)
    {
        for (PtxScope? scope = this; scope is not null; scope = scope.Outer)
        {
            if (scope._targets.TryGetValue(name, out string[]? labels))
            {
                return Array.ConvertAll(labels, FindLabel);
            }
        }

        throw new PtxFault($"there is no list of branch targets {name}");
    }

    public int FindLabel(string name)
    {
        for (PtxScope? scope = this; scope is not null; scope = scope.Outer)
        {
            if (scope._labels.TryGetValue(name, out int statement))
            {
                return statement;
            }
        }

        throw new PtxFault($"there is no label {name}");
    }
}
