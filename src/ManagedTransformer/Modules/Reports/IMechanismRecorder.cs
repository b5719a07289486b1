namespace ManagedTransformer.Modules.Reports;

/// <summary>Records over an evaluation what one mechanism of a model chooses.</summary>
internal interface IMechanismRecorder : IForwardObserver
{
    /// <summary>What was recorded so far.</summary>
    RecordedReport Report();
}
