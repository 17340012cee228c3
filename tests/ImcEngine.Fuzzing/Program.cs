using ImcEngine.Fuzzing;

return FuzzCommand.Run(args, Console.Out);
