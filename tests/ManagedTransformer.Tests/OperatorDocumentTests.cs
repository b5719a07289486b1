using System.Reflection;
using System.Text.RegularExpressions;
using ManagedTransformer.Tensors;
using Xunit;

namespace ManagedTransformer.Tests;

/// <summary>Holds <c>docs/operators.md</c> against the library: its tables name every operator and kernel, and nothing else.</summary>
public sealed partial class OperatorDocumentTests
{
    private const BindingFlags Public = BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;
    private const int Cells = 6;

    private static readonly Dictionary<string, string> _symbols = new(StringComparer.Ordinal)
    {
        ["op_Addition"] = "a + b",
        ["op_Subtraction"] = "a - b",
        ["op_Multiply"] = "a * b",
        ["op_Division"] = "a / b",
        ["op_UnaryNegation"] = "-a",
    };

    [Fact]
    public void EveryOperatorIsNamed() => Assert.Empty(Operators().Except(Rows().SelectMany(row => row.Operators)));

    [Fact]
    public void EveryNamedOperatorExists() => Assert.Empty(Rows().SelectMany(row => row.Operators).Except(Operators()));

    [Fact]
    public void EveryOperatorStandsInItsFile() => Assert.Empty(
        from row in Rows()
        from name in row.Operators
        where !_symbols.ContainsValue(name) && !Source(row.File).Contains($" {name}(", StringComparison.Ordinal)
        select $"{name}: {row.File}");

    [Fact]
    public void KernelsAreThoseOfTheContract()
    {
        Type contract = typeof(Tensor).Assembly.GetType("ManagedTransformer.Tensors.Kernels.KernelSet", throwOnError: true)!;
        string[] kernels =
        [
            .. from part in contract.GetProperties()
               from kernel in part.PropertyType.GetMethods()
               select $"{part.Name}.{kernel.Name}",
        ];
        Assert.NotEmpty(kernels);
        string[] named = [.. Rows().SelectMany(row => row.Kernels).Distinct()];
        Assert.Empty(named.Except(kernels));
        Assert.Empty(kernels.Except(named));
    }

    [Fact]
    public void EveryOperatorStatesItsFormulaShapesAndGradient() =>
        Assert.Empty(Rows().Where(row => row.Cells.Any(string.IsNullOrWhiteSpace)).Select(row => row.Cells[0]));

    /// <summary>
    /// All methods of the classes of operators, those of other static classes that make a tensor, and those of tensors themselves that
    /// make one.
    /// </summary>
    private static IEnumerable<string> Operators() =>
        from type in typeof(Tensor).Assembly.GetExportedTypes()
        let areAll = type == typeof(TensorOperators) || type == typeof(OptimizerUpdates)
        where areAll || type == typeof(Tensor) || type is { IsAbstract: true, IsSealed: true }
        from method in type.GetMethods(Public)
        where areAll || method.ReturnType == typeof(Tensor)
        where !method.IsSpecialName || _symbols.ContainsKey(method.Name)
        group method by _symbols.GetValueOrDefault(method.Name, method.Name) into overloads
        select overloads.Key;

    private static Row[] Rows()
    {
        Row[] rows =
        [
            .. from line in File.ReadLines(Path.Combine(Repository.Root, "docs", "operators.md"))
               where line.StartsWith("| `", StringComparison.Ordinal)
               select new Row(line.Split('|')[1..^1]),
        ];
        Assert.NotEmpty(rows);
        Assert.All(rows, row => Assert.Equal(Cells, row.Cells.Length));
        return rows;
    }

    private static string Source(string file)
    {
        string path = Path.Combine(Repository.Root, "src", "ManagedTransformer.Tensors", file);
        Assert.True(File.Exists(path), path);
        return File.ReadAllText(path);
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"^(?:\w+\.)?(\w+)\(")]
    private static partial Regex Call();

    [GeneratedRegex(@"^\w+ ([-+*/]) \w+$")]
    private static partial Regex Infix();

    /// <summary>A row of a table: operators, formula, shapes, gradient, file, kernels.</summary>
    private sealed class Row(string[] cells)
    {
        public string[] Cells => cells;

        public IEnumerable<string> Operators => InCode(cells[0]).Select(Name).Distinct();

        public string File => Assert.Single(InCode(cells[4]));

        public IEnumerable<string> Kernels => InCode(cells[5]);

        private static IEnumerable<string> InCode(string cell) => Code().Matches(cell).Select(match => match.Groups[1].Value);

        private static string Name(string code) =>
            Call().Match(code) is { Success: true } call ? call.Groups[1].Value
            : Infix().Match(code) is { Success: true } infix ? $"a {infix.Groups[1].Value} b"
            : code.StartsWith('-') ? "-a"
            : code;
    }
}
