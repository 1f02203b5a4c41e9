using FlashDiffusion.Engine.Scheduling;

namespace FlashDiffusion.Engine.Forecasts;

/// <summary>Units of work that take about equally long. Names only, so that it never keeps a model or a plugin alive.</summary>
/// <param name="Stage">Kind of work.</param>
/// <param name="Model">Model and version.</param>
/// <param name="Runner">Solver or operator, and version.</param>
/// <param name="Kind">Kind of step.</param>
/// <param name="Working">Shape of the picture that the model works on.</param>
internal readonly record struct TimingKey(Stage Stage, string Model, string Runner, string Kind, PictureShape Working)
{
    /// <summary>The same work at any size.</summary>
    public TimingKey AnySize => this with { Working = default };
}
