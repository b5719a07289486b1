namespace ManagedTransformer.Gpu.Tests;

/// <summary>How a case ended.</summary>
internal enum SuiteOutcome
{
    Passed,
    Failed,

    /// <summary>It takes more instructions than are allowed in a test run.</summary>
    TooLarge,
}
