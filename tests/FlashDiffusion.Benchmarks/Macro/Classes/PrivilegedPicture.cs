namespace FlashDiffusion.Benchmarks.Macro.Classes;

/// <summary>A picture of the highest class.</summary>
/// <param name="Seconds">Time from the call to the result.</param>
/// <param name="QueueSeconds">Time from its acceptance to its first unit of work.</param>
/// <param name="UnitsWaited">Units of work that the device did until its result without doing anything for it: the one that ran when it came, and whatever went before it.</param>
/// <param name="UnitSeconds">Mean time of a unit meanwhile.</param>
internal readonly record struct PrivilegedPicture(double Seconds, double QueueSeconds, double UnitsWaited, double UnitSeconds);
