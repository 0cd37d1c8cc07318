/**
 * Every deliberate difference between the standard part of our documents and the official ones, with its reason. The
 * oracle test fails for a difference that is not here, and for a line here that no difference needs.
 */
export type Deviation = {
  reason: string
  /** Lines of `differences`, literally, or a pattern for a whole line that stands for many. */
  lines: readonly (string | RegExp)[]
}

export type Api = 'drs' | 'wes' | 'tes' | 'service-info'

const CLOSED: Deviation = {
  reason:
    'Answers are closed: strict clients fail on members that they do not know, and a typing error of ours is found by the response validator. Decision 0011.',
  lines: [/^\+ .*\.\* = false$/],
}

const UNIVERSAL: Deviation = {
  reason:
    'Any operation can be asked too fast, or while something it depends on is away; every other error has the same body too.',
  lines: [/^\+ [A-Z]+ \S+ 429$/, /^\+ [A-Z]+ \S+ 503$/, /^\+ [A-Z]+ \S+ default$/],
}

export const deviations: Record<Api, readonly Deviation[]> = {
  'service-info': [
    CLOSED,
    {
      reason: 'The description of a server is public.',
      lines: ['- GET /service-info takes bearerAuth', '+ GET /service-info takes bearerAuth or nothing'],
    },
  ],
  drs: [
    CLOSED,
    UNIVERSAL,
    {
      reason:
        'The flags by which the 1.6 draft says that files can be sent and registered; nothing else advertises it.',
      lines: [
        /^\+ (DrsService|GET \/service-info 200 as application\/json)\.drs has (max(Register|Upload)RequestLength|maxUploadSize|objectRegistrationSupported|uploadRequestSupported|supportedUploadMethodTypes|validate(AccessMethods|Checksums|FileSizes))$/,
        /^\+ GET \/service-info 200 as application\/json\.drs\.(max(Register|Upload)RequestLength|maxUploadSize|objectRegistrationSupported|uploadRequestSupported|supportedUploadMethodTypes(\[\])?|validate(AccessMethods|Checksums|FileSizes)) (type|format) \w+$/,
      ],
    },
    {
      reason: 'Passwords are not accepted, so Basic is not offered where the standard only allows it.',
      lines: [
        '- GET /service-info takes BasicAuth or BearerAuth or nothing',
        '+ GET /service-info takes BearerAuth or nothing',
        '- GET /objects/{object_id} takes BasicAuth or BearerAuth or nothing',
        '+ GET /objects/{object_id} takes BearerAuth or nothing',
        '- GET /objects/{object_id}/access/{access_id} takes BasicAuth or BearerAuth or nothing',
        '+ GET /objects/{object_id}/access/{access_id} takes BearerAuth or nothing',
      ],
    },
    {
      reason: 'E2: a credential that fails is 401 for every request, also where none was needed.',
      lines: ['+ GET /service-info 401', '+ OPTIONS /objects 401', '+ OPTIONS /objects/{object_id} 401'],
    },
    {
      reason: 'E3: an object that was deleted is told from one that never was.',
      lines: [/^\+ (GET|POST) \/objects\/\{object_id\}(\/access\/\{access_id\})? 410$/],
    },
    {
      reason: 'P3: more passports, or larger ones, than the caps.',
      lines: [/^\+ POST \/objects\/\{object_id\}(\/access\/\{access_id\})? 413$/],
    },
    { reason: 'A body that is not JSON.', lines: [/^\+ (POST|OPTIONS) \/objects\S* 415$/] },
    {
      reason: 'E1: msg and status_code are always there.',
      lines: ['+ Error requires msg', '+ Error requires status_code'],
    },
    {
      reason: 'E1: a stable code for programs, and with 403 the visas that are asked for.',
      lines: ['+ Error has code', '+ Error has required'],
    },
    {
      reason: 'K3, K4: a bulk answer always has its three parts, and the summary its three counts.',
      lines: [
        '+ summary requires requested',
        '+ summary requires resolved',
        '+ summary requires unresolved',
        '+ unresolved[] requires error_code',
        '+ unresolved[] requires object_ids',
        /^\+ (OPTIONS|POST) \/objects(\/access)? 200 as application\/json requires (summary|unresolved_drs_objects)$/,
        /^\+ (OPTIONS|POST) \/objects 200 as application\/json requires resolved_drs_object$/,
        '+ POST /objects/access 200 as application/json requires resolved_drs_object_access_urls',
      ],
    },
    {
      reason: 'K4: which pair of a bulk access request failed cannot be told by the object alone.',
      lines: ['+ unresolved[] has access_ids'],
    },
    {
      reason: 'The text says at least 1; the schema does not.',
      lines: [/^\+ (DrsService|GET \/service-info 200 as application\/json)(\.drs)?\.maxBulkRequestLength minimum 1$/],
    },
  ],
  wes: [
    CLOSED,
    UNIVERSAL,
    {
      reason:
        'The official file declares no security. All operations but the description of the server need an identity.',
      lines: [
        /^- (GET|POST) \S+ takes unsaid$/,
        /^\+ (GET|POST) \/runs\S* takes BearerAuth$/,
        '+ GET /service-info takes nothing',
      ],
    },
    { reason: 'W29: a bad page token or size.', lines: ['+ GET /runs/{run_id}/tasks 400'] },
    {
      reason:
        'W29: an input that the caller may not know of; a repeated Idempotency-Key; limits; a body of another type.',
      lines: ['+ POST /runs 404', '+ POST /runs 409', '+ POST /runs 413', '+ POST /runs 415'],
    },
    {
      reason: 'W2: the run request as JSON, which clients send although the file has the form alone.',
      lines: [
        '+ POST /runs body as application/json',
        '+ POST /runs body as application/json is RunRequestBody',
        '+ schema RunRequestBody',
      ],
    },
    {
      reason: 'W23: a page has at least one entry.',
      lines: ['+ GET /runs query page_size minimum 1', '+ GET /runs/{run_id}/tasks query page_size minimum 1'],
    },
    {
      reason: 'The end of a list is an empty token (W23), and clients send it back.',
      lines: [
        '+ GET /runs query page_token allowEmptyValue',
        '+ GET /runs/{run_id}/tasks query page_token allowEmptyValue',
      ],
    },
    {
      reason: 'W29: msg and status_code are always there.',
      lines: ['+ ErrorResponse requires msg', '+ ErrorResponse requires status_code'],
    },
    {
      reason: 'What our answers always hold (1.1, W23): clients read these members unguarded.',
      lines: [
        '+ RunId requires run_id',
        '+ RunStatus requires state',
        '+ RunSummary requires state',
        '+ RunListResponse requires runs',
        '+ RunListResponse requires next_page_token',
        '+ TaskListResponse requires task_logs',
        '+ TaskListResponse requires next_page_token',
        '+ RunLog requires run_id',
        '+ RunLog requires request',
        '+ RunLog requires state',
        '+ RunLog requires task_logs',
        '+ RunLog requires outputs',
      ],
    },
    {
      reason: 'W25: lists hold summaries. The bare status is deprecated there.',
      lines: [
        '- RunListResponse.runs[] anyOf(0) is RunStatus',
        '- RunListResponse.runs[] anyOf(1) is RunSummary',
        '+ RunListResponse.runs[] is RunSummary',
      ],
    },
    {
      reason: '1.1: task_logs is always an array, and each entry has its id.',
      lines: [
        '- RunLog.task_logs nullable true',
        '- RunLog.task_logs[] anyOf(0) is Log',
        '- RunLog.task_logs[] anyOf(1) is TaskLog',
        '+ RunLog.task_logs[] is TaskLog',
      ],
    },
    {
      reason: "Their members are the workflow's own, so these two objects stay open, and say so.",
      lines: ['+ RunLog.outputs.* = true', '+ RunRequest.workflow_params.* = true'],
    },
  ],
  tes: [
    CLOSED,
    UNIVERSAL,
    {
      reason:
        'The official file declares no security. All operations but the description of the server need an identity.',
      lines: [
        /^- (GET|POST) \S+ takes unsaid$/,
        /^\+ (GET|POST) \/tasks\S* takes BearerAuth$/,
        '+ GET /service-info takes nothing',
      ],
    },
    {
      reason: '1.1.5: the official file declares no error at all.',
      lines: [
        '+ schema Error',
        /^\+ (GET|POST) \S+ 400$/,
        /^\+ (GET|POST) \S+ 401$/,
        /^\+ (GET|POST) \S+ 500$/,
        '+ POST /tasks 403',
        '+ POST /tasks 404',
        '+ POST /tasks 409',
        '+ POST /tasks 413',
        '+ POST /tasks 415',
        '+ GET /tasks/{id} 404',
        '+ POST /tasks/{id}:cancel 404',
      ],
    },
    {
      reason: '1.1.11: a client that polls with If-None-Match is told that nothing changed.',
      lines: ['+ GET /tasks/{id} 304'],
    },
    {
      reason: '1.3.1: the smallest view lacks executors, which a task must have. It gets a schema of its own.',
      lines: [
        '+ schema tesTaskMinimal',
        '- GET /tasks/{id} 200 as application/json is tesTask',
        '+ GET /tasks/{id} 200 as application/json anyOf(0) is tesTask',
        '+ GET /tasks/{id} 200 as application/json anyOf(1) is tesTaskMinimal',
        '- tesListTasksResponse.tasks[] is tesTask',
        '+ tesListTasksResponse.tasks[] anyOf(0) is tesTask',
        '+ tesListTasksResponse.tasks[] anyOf(1) is tesTaskMinimal',
      ],
    },
    {
      reason:
        '1.1.7: read-only on the state makes every list refuse its own parameter, and its default would filter by UNKNOWN. It is read-only where it is a member of a task.',
      lines: [
        '- tesState readOnly true',
        '- tesState default UNKNOWN',
        '- tesTask.state is tesState',
        /^\+ tesTask\.state (type|enum|readOnly) /,
      ],
    },
    {
      reason: '1.1.7: a default on the type hides that none was given, so the server could not find it out.',
      lines: ['- tesFileType default FILE'],
    },
    {
      reason:
        'A validator writes defaults into documents: clients of TES 1.0 (py-tes 0.4) would get back a member that they fail on.',
      lines: ['- tesResources.backend_parameters_strict default false'],
    },
    {
      reason: 'There is no such format; the validator warns of it at each start.',
      lines: [/^- tesResources\.(backend_parameters_strict|preemptible) format boolean$/],
    },
    {
      reason: '1.5.9: clients send fractions of a core.',
      lines: [
        '- tesResources.cpu_cores type integer',
        '- tesResources.cpu_cores format int32',
        '+ tesResources.cpu_cores type number',
      ],
    },
    {
      reason: '1.4.2: the text gives these bounds; the schema does not.',
      lines: ['+ GET /tasks query page_size minimum 1', '+ GET /tasks query page_size maximum 2047'],
    },
    {
      reason: '1.1.7: clients send these empty, which means absent.',
      lines: [
        '+ GET /tasks query name_prefix allowEmptyValue',
        '+ GET /tasks query page_token allowEmptyValue',
        '+ GET /tasks query tag_key allowEmptyValue',
        '+ GET /tasks query tag_value allowEmptyValue',
      ],
    },
    {
      reason: '1.1.7: tags hold commas, colons and slashes, which clients do not encode.',
      lines: ['+ GET /tasks query tag_key allowReserved', '+ GET /tasks query tag_value allowReserved'],
    },
  ],
}
