namespace FlashDiffusion.Engine.Telemetry;

/// <summary>What requests are counted by.</summary>
/// <param name="Model">Name of the model.</param>
/// <param name="Version">Its version.</param>
/// <param name="Solver">Name of the solver.</param>
internal readonly record struct TallyKey(string Model, string Version, string Solver);
