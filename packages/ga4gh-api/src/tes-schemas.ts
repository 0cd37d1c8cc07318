import type { components as Tes } from './generated/tes-types.ts'

// TES 1.1.0
type TesSchemas = Tes['schemas']
export type TesCreateTaskResponse = TesSchemas['tesCreateTaskResponse']
export type TesError = TesSchemas['Error']
export type TesExecutor = TesSchemas['tesExecutor']
export type TesExecutorLog = TesSchemas['tesExecutorLog']
export type TesFileType = TesSchemas['tesFileType']
export type TesInput = TesSchemas['tesInput']
export type TesListTasksResponse = TesSchemas['tesListTasksResponse']
export type TesOutput = TesSchemas['tesOutput']
export type TesOutputFileLog = TesSchemas['tesOutputFileLog']
export type TesResources = TesSchemas['tesResources']
export type TesServiceInfo = TesSchemas['tesServiceInfo']
export type TesServiceType = TesSchemas['tesServiceType']
export type TesState = TesSchemas['tesState']
export type TesTask = TesSchemas['tesTask']
/** MINIMAL view: id and state alone. */
export type TesTaskMinimal = TesSchemas['tesTaskMinimal']
export type TesTaskLog = TesSchemas['tesTaskLog']
export type TesView = NonNullable<Tes['parameters']['view']>
// TES, outside the released standard
export type TesAttempt = TesSchemas['tesAttempt']
export type TesListAttemptsResponse = TesSchemas['tesListAttemptsResponse']
/** What clients of TES 1.0 expect of `/tasks/service-info`. */
export type TesServiceInfo10 = TesSchemas['tesServiceInfo10']
