using ArchUnitNET.Domain;
using ArchUnitNET.Loader;

namespace ManagedTransformer.Tests.Layering;

/// <summary>An order of namespaces in rows, the lowest first: a namespace uses itself and those of lower rows, and no other.</summary>
/// <param name="root">What all names begin with.</param>
/// <param name="rows">Namespaces below the root, <see cref="Root"/> for itself, or the name of a type that has a row of its own.</param>
internal sealed class NamespaceOrder(string root, IReadOnlyList<string[]> rows)
{
    /// <summary>The types that stand in the root namespace itself.</summary>
    public const string Root = "";

    /// <summary>The arrows of an assembly from one namespace of the root to another.</summary>
    /// <param name="assembly">The assembly.</param>
    public IReadOnlyList<Arrow> Arrows(System.Reflection.Assembly assembly)
    {
        Architecture architecture = new ArchLoader().LoadNamespacesWithinAssembly(assembly, root).Build();
        return
        [
            .. from type in architecture.Types
               where IsOfRoot(type)
               from target in type.Dependencies.Select(dependency => dependency.Target).Distinct()
               where IsOfRoot(target) && target.Assembly.Name == type.Assembly.Name && Place(target) != Place(type)
               orderby type.FullName, target.FullName
               select new Arrow(type.FullName, Place(type), target.FullName, Place(target)),
        ];
    }

    /// <summary>The arrows that the order forbids.</summary>
    /// <param name="arrows">All arrows.</param>
    public IEnumerable<Arrow> Forbidden(IEnumerable<Arrow> arrows) =>
        arrows.Where(arrow => Row(arrow.From) < 0 || Row(arrow.To) < 0 || Row(arrow.To) >= Row(arrow.From));

    private int Row(string place) => rows.TakeWhile(row => !row.Contains(place)).Count() is var row && row < rows.Count ? row : -1;

    // Type parameters belong to nobody.
    private bool IsOfRoot(IType type) =>
        type is not GenericParameter && $"{type.Namespace.FullName}.".StartsWith($"{root}.", StringComparison.Ordinal);

    private string Place(IType type)
    {
        string name = Below(type.FullName);
        return Row(name) >= 0 ? name : Below(type.Namespace.FullName);
    }

    private string Below(string name) => name.Length > root.Length ? name[(root.Length + 1)..] : Root;
}
